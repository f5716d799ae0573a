"""The base package: where the warehouse is, how it is opened, how rows are written and how readers get a snapshot."""
