"""Tests from Elexon's answers to the tables, views and snapshots, on simulated and (if available) recorded answers."""
