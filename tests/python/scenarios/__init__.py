"""Whole runs over days and real data."""
