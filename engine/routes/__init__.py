"""The routes, one module for each family of OpenAI's API reference."""

from engine.routes import adapters, chat, estimates, files, jobs, models

CHAT = [models.router, chat.router]
"""`/models` and `/chat/completions`: all that an address for deployed models serves."""
ALL = [files.router, jobs.router, estimates.router, adapters.router, *CHAT]
"""Every router, to be mounted under `/v1`."""
