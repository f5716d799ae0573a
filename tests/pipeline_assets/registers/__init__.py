"""The public registers: reading, fetching, landing and comparing their issues."""
