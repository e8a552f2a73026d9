"""The journal's page (nhật ký): who did or saw what, and whether the chain is whole."""
