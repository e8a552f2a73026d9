"""The Ministry's data hub, simulated: login, push, checksum, signatures, codes (reference/moh-hub.md)."""
