"""Dagster and nothing else: the assets, checks, schedules and hooks of the daily run."""
