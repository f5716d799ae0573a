"""Code location: who builds what, where and how far it is: submitted changes -> current state, history, metrics."""
