"""Plugs the rooms together: settings, addresses, the home folder, and how the program starts."""
