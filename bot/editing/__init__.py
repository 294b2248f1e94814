"""Admins go through bad answers and examples one by one, and put them better."""
