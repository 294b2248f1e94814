"""What is promised when something fails, as tables: of the calls to the outside, and of kills."""
