"""Usage: what answers and training runs cost, and how many answers a person gets in a day."""
