"""The study `neat`: what innovation numbers are for, and how long the record of innovations should be kept."""
