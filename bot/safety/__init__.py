"""What the bot does when a person may be in danger, whatever a model says."""
