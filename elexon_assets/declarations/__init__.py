"""The declarations of the Elexon datasets, by what they say: generation, forecasts, market."""
