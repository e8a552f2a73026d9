"""After a restore: the older copy is noticed, held, reconciled with the journal outside, and released by a person."""
