"""Access to servers and libraries outside: the provider, the chat model, the tokenizer."""
