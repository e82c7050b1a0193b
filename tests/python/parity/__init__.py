"""One project, two engines, the same rows."""
