"""A snapshot is a folder of text: recorded, stored, loaded and compared."""
