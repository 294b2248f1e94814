"""Training runs: a plan with its price, its start, and what to do after its end."""
