"""Coming and going: sign-in, sign-out, one's own password."""
