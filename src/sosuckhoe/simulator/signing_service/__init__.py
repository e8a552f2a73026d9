"""A practice signing service, shaped like those on the market (reference/signing.md §4). Its keys are worth nothing."""
