"""A server with OpenAI's fine-tuning and chat API, for people who have no such provider.

`app.py` puts the parts together; `backends/__init__.py` is the interface of a training backend.
"""
