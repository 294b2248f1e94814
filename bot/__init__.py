"""The bot: connects Telegram with an OpenAI-style API, and stores its state in SQLite."""
