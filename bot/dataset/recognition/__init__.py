"""What a file is before anybody reads its lines: a table, one document, a chat, no text at all.

`recognise.py` asks in order. What can be turned into lines of examples exactly comes with a way to
read it; validation tries that way, and repair goes it.
"""

from bot.dataset.recognition.source import Broken, Columns, LeftOut, Source

__all__ = ["Broken", "Columns", "LeftOut", "Source"]
