"""The health book as a library: the standard, the record, documents, signatures, rules, the citizen's book.

No framework, no network, no clock: the day that matters is always an argument.
"""
