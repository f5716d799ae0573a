"""Tests of how the warehouse is located, opened, filled and published."""
