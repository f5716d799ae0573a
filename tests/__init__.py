"""Mirrors the packages; each scenario that must hold is a test whose name says it."""
