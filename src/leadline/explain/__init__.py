"""Changes → causes, by rules that need evidence."""
