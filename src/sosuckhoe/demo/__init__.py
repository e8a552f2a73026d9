"""A hospital's weeks on one machine: fictitious people, another system's exports, and the whole journey run once."""
