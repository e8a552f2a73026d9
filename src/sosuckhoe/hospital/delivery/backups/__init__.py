"""The program's own backup: a copy taken while everybody works, checked before it is called good, and put back whole.

A copy is a folder: ``form`` says what is in it, ``taking`` makes one, ``putting_back`` restores one, ``schedule`` knows
when the last good one was taken. What the two kinds of database do differently is in ``sqlite`` and ``postgres``.
"""
