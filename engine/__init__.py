"""A server with OpenAI's fine-tuning and chat API, for people who have no such provider.

`app.py` shows every part once; `backends/__init__.py` is the interface of what trains and answers.
"""
