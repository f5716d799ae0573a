"""The command line, `renewables`: a file a group of commands, thin over the read layer and the orchestrator."""
