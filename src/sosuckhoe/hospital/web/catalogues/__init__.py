"""The lists this hospital loads itself: which it has, and loading one after seeing what would change."""
