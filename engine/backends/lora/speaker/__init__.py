"""The child process that answers chats with a base and its adapters."""
