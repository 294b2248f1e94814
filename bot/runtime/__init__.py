"""Child processes, workers per key, and pauses between tries."""
