"""Pure chart builders: a frame in, a Plotly figure out."""
