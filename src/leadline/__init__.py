"""Leadline: the sounding line for Kubernetes hosts."""

__version__ = "0.1.0"
