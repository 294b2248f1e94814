"""Runs fine-tuning jobs and writes their results."""
