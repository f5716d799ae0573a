"""From Elexon's answers to the tables, views and snapshots; on simulated answers and, where named, recorded ones."""
