"""Tests of the flags and of the states of what is missing."""
