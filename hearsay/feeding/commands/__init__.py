"""Commands for the reader's own work."""
