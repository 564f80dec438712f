"""Kinds of causes why a flow does not get through: one module each, which declares a `Finder`."""
