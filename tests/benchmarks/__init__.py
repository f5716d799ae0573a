"""Tests that the benchmarks run at a tiny size and print their lines; speed is not tested."""
