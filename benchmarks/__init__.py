"""What is measured, each `python -m benchmarks.<name>`, one line a figure."""
