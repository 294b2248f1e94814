"""People rate answers and correct them; admins read the results."""
