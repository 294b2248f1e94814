"""People rate answers and correct them; admins read what comes of it."""
