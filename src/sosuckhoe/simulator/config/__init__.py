"""Settings and addresses: plugs the simulator's rooms together."""
