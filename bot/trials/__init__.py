"""Trials: a model answers the sample prompts and gets a verdict on its answers."""
