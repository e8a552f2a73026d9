"""Working by turns: while one call is judged and stored, the others wait for it at one place.

A process computes one thing at a time and its database takes one writer at a time. Threads that are let loose together
hand the interpreter to each other hundreds of times a call, and sleep in the database's busy handler. Whoever waits
for bytes, for a reply to leave or because the fault desk says so holds no turn.
"""

import threading

working = threading.RLock()
