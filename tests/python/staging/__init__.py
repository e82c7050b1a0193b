"""How raw rows become typed rows."""
