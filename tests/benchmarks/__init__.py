"""The benchmarks at a tiny size: that they run and print their lines, not how fast anything is."""
