"""Checking many files: where they come from, all cores at work on them, and what is told at the end.

sources    names on the command line → files, in order; zip archives entry by entry, never unpacked to disk
pool       files → results, in the same order, on every core
findings   results → what a department reads: what, where, why, how to mend
tally      counts and the Pareto of causes
workbook, page   the reports; watching   a folder another system exports into
"""
