"""Hearsay: what machine-learning forums say, measured."""
