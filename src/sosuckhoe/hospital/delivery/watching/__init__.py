"""What should have happened by now: clocks, reconciliation, incidents, findings of the portal."""
