"""Two models answer some questions side by side; testers choose without knowing the models."""
