"""Rules for doubtful values and for missing half-hours."""
