"""A stand-in for Elexon's public API: plausible values, faults on request, recorded rows where available."""
