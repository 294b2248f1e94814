"""Two models answer some questions side by side; testers choose, without knowing which is which."""
