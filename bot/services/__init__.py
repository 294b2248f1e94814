"""The use cases and rules; no telegram, no openai, no SQL."""
