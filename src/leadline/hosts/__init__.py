"""Carriers: how a script reaches a host, and how its output comes back."""
