"""A part of a dataset put aside to check the model with, and nothing in it that was learnt."""

from bot.dataset.split.run import MAX_LEAKS, Split, leaks, split

__all__ = ["MAX_LEAKS", "Split", "leaks", "split"]
