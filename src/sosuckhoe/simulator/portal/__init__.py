"""The portal (cổng tiếp nhận): accounts, tokens, services, what was received, what was found in it."""
