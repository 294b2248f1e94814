"""The list of models: each with its origin, verdict and share of good answers, to choose from."""
