"""The Elexon code location: wind and solar generation of Great Britain, fetched, validated and landed."""
