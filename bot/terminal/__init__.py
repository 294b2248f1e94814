"""The workflow without Telegram: commands that print their results and end.

The last words, like `check`'s, are the operator's: English, the same in every language. What is
wrong with a file, or with a provider, is said in `LANGUAGE`. Nothing here knows Telegram.
"""
