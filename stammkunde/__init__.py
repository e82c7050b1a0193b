"""Stammkunde: plain Python that Dagster and the command line both call."""
