"""Health checks (khám sức khỏe) for the Ministry's hub: what came from another system, frozen as it came."""
