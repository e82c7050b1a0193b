"""One module a part of the graph; each has functions that build Dagster definitions."""
