"""Real processes, really killed, frozen and cheated: the program's own worker and intake against the simulator."""
