"""People talk with the serving model."""
