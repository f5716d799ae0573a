"""Tests in the structure of the packages; each scenario of the specification is a test whose name describes it."""
