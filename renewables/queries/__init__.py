"""All SQL of the read layer, a file a section: bound parameters in, Polars frames out."""
