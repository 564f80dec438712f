"""Packets as they are seen: captures read and written, frames decoded, what happened in them."""
