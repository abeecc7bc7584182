"""Why moving mean and variance must be updated explicitly, and what happens where they are not."""
