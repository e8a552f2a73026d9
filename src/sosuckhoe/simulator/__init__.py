"""The national side, for tests, training and demonstrations: portal, insurer, and VNeID's practice app.

A Django project of its own, with its own settings, database and process. It shares nothing with the hospital
but the library, and reads every file with its own eyes (``portal/reading.py``). Everything it shows is made up
and says so. How it behaves is ``reference/gateway.md`` §11; how it misbehaves is the fault desk, ``faults/``.
"""
