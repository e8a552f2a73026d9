"""One seed, one story: hospital, portal, people and misfortunes in one process, on a clock that only we move.

The hospital's program is the real one, on a real SQLite database in memory-backed files; the real client speaks into
a wire that ends in a scripted portal. Only four things are stood in for: the clock, the wire, the cryptography and
the rules (both are proved elsewhere and would cost most of the time). Everything random comes from the seed.
"""
