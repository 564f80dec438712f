"""Results → documents (views) → terminal, json, markdown, html (formats)."""
