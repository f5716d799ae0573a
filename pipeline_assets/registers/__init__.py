"""Public registers of projects: each issue of REPD and TEC is kept as a vintage, and compared with the one before."""
