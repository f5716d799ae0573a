"""How the warehouse is found, opened, filled and published."""
