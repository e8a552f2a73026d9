"""The proof that delivery loses nothing and doubles nothing: `python -m prove`, see `prove/__main__.py`."""
