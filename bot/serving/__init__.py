"""The list of models, the one that answers in chats, and the day on which each ends."""
