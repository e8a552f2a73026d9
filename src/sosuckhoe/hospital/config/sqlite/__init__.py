"""The embedded database, which can also be read where its folder is read-only (``base``)."""
