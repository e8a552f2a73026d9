"""Faults mended and faults stood by: proposed fixes, taken back, overruled."""
