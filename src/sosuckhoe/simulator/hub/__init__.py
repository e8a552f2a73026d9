"""The Ministry's hub (trục dữ liệu Bộ Y tế) for health checks, as moh-hub.md describes it. Own accounts, own books."""
