"""The command line, `renewables`: one file per group of commands, thin over the read layer and the orchestrator."""
