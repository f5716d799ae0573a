"""The code location of the development pipeline: submitted changes become current state, history and metrics."""
