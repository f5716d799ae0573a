"""A stand-in for Elexon's public API: believable values, faults on request, recorded rows where there are any."""
