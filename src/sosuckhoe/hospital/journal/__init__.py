"""The journal (nhật ký): who did or saw what, when. Lines are only added, and each is chained to the one before."""
