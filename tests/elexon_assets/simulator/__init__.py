"""The simulator: Elexon's semantics, its statistics, every fault, the replay of recordings."""
