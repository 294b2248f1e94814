"""Training runs: a plan with its price, its start, and the way on after its end."""
