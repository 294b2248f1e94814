"""The list of models to choose from, each with its origin, verdict and share of good answers."""
