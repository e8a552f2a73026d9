"""The simulated clock: runs like the real one, faster, or is put forward by hand. Kept in the database."""
