"""Access: who may use the bot, who asks to, and the links that let people in."""
