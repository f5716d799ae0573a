"""All SQL of the read layer, one file per topic: bound parameters in, Polars frames out."""
