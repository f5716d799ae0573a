"""Which values are in doubt, and why a half hour is missing."""
