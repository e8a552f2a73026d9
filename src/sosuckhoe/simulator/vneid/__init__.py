"""The practice app: what a citizen sees of the book on a phone. It looks like itself, not like the real VNeID."""
