"""The study `neat`: what innovation numbers are for, and how long the record of innovations should be kept.

For work of one's own import from `hearsay.neat.own`: `evolve`, `FitnessTask`, `settings`, the tasks, `draw`.
"""
