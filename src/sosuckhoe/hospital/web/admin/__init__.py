"""Administration (quản trị): staff and roles, facility, where records go, signing keys, the hospital's choices."""
