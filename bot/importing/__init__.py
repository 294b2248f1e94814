"""Turns a chat with somebody into examples: who asked there, and what Natasha answered."""
