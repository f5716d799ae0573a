"""All DDL of the Elexon tables: tables, current views, aggregates, capacity, flags and gaps."""
