"""Alarms about a job that runs, and the button that creates a waiting job again."""
