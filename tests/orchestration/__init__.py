"""Tests of the assets, checks, schedules and sensors as Dagster runs them: in process, and through a real daemon."""
