"""Knows how the bot is: says so at `/healthz`, and to the admins when something is wrong."""
