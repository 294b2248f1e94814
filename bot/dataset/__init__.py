"""The dataset: versions, what validation finds in them, repairs and splits."""
