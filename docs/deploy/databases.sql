-- The databases of a team on one PostgreSQL: Dagster's records, the pipeline's ledger, the catalogue of a lake.
CREATE DATABASE dagster;
CREATE DATABASE ledger;
CREATE DATABASE lake;
