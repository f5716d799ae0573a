"""The Elexon code location: what Great Britain's wind and solar generated, fetched, validated and landed."""
