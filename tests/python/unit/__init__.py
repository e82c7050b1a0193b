"""Units of the simulator and of plain Python."""
