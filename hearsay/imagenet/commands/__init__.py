"""Command-line tools that this study leaves for the reader's own work."""
