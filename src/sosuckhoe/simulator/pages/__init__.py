"""The portal's pages for people: what a facility received, what was found in it, which certificates it registered."""
