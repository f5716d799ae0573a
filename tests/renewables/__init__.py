"""The read layer and the command line, over warehouses filled from the simulator."""
