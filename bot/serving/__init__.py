"""Which models there are, which one answers in chats, and when each ends."""
