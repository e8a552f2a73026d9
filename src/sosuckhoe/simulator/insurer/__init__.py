"""What happens after receipt, on the simulated clock: later checks, and publication into the book."""
