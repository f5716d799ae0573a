"""Pure chart builders: frame in, Plotly figure out."""
