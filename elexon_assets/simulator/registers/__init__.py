"""The two public registers of the simulator, REPD and TEC: invented projects whose issues change with the clock."""
