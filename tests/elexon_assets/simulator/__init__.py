"""Tests of the simulator: Elexon's semantics, its statistics, every fault, the replay of recordings."""
