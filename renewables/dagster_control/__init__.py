"""How the command line and the dashboard use Dagster: GraphQL API, run history, fetch jobs, servers, processes."""
