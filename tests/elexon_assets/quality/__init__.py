"""Tests of the flags and of the states of missing half-hours."""
