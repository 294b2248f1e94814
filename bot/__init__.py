"""The product: Telegram on one side, an OpenAI-style API on the other, SQLite between."""
