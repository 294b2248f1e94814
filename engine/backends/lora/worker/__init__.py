"""The child process of an attempt: the only package that trains.

`python -m engine.backends.lora.worker FOLDER` reads `order.json` in that folder, does the task and
tells how it ended in the last line of `progress.jsonl`.
"""
