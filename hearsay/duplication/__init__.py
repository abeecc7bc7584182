"""The study `duplication`: what copying rows does, to fits and to every number reported, and what resampling does."""
