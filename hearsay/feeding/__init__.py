"""When placeholders are necessary, and how data should be fed."""
