"""What is read from a host: declared sources, and the typed values their texts become."""
