"""How fast the bot's own code is; nothing here is part of it, and no test is decided by it."""
