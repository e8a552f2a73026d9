"""The Ministry's data hub (trục dữ liệu Bộ Y tế) as a destination of health checks: reference/moh-hub.md.

Another protocol than the portal's, behind the same ledger. Off until an administrator switches it on and adds a hub.
"""
