"""Reconciling (đối chiếu): the equalities, every gap by its cause, the clocks of the law, outages as evidence."""
