"""The work on an exported chat, which a thread or another process does: see `Checker.run`."""

import hashlib
import json
import random
from collections import Counter
from pathlib import Path
from typing import Final, TextIO

from bot.dataset.validation.hiding import HIDDEN, hidden
from bot.dataset.validation.message_rules import broken_character, special_token
from bot.dataset.validation.personal_data import secrets_in
from bot.domain import JsonDict
from bot.errors import NoConversation
from bot.gateways.dataset_file import Progress
from bot.importing.entities import Made, Pair, Speaker, Survey, Unfit
from bot.importing.exported import Exported
from bot.importing.pairs import pairs_in
from bot.safety.danger import danger_in

SAMPLES: Final = 10
_SEED: Final = 42
"""The same chat gives the same examples, and shows the same of them."""


def survey(path: Path, *, progress: Progress | None = None) -> Survey:
    """Who writes in the chats of a file.

    Raises:
        NoConversation: fewer than two people write there.
        ChatBroken, DatasetMissing: as in `Exported.messages`.
    """
    exported, counts, names = Exported(path), Counter[str](), dict[str, str]()
    for message in exported.messages(progress):
        if message.text:
            counts[message.author] += 1
            names[message.author] = message.name or names.get(message.author, "")
    if len(counts) < 2:
        raise NoConversation
    keys = sorted(counts, key=lambda key: (key != exported.owner, -counts[key]))
    speakers = [Speaker(key=key, name=names[key], n=counts[key]) for key in keys]
    return Survey(n=counts.total(), speakers=speakers)


def make(
    path: Path, draft: Path, *, natasha: str, prompt: str, progress: Progress | None = None
) -> Made:
    """Write the examples of a file into *draft*, one per line; raises like `survey`.

    Args:
        path: The exported chats.
        draft: A file, which is written anew.
        natasha: The key of the speaker who answers.
        prompt: The system prompt of each example; "" for none.
        progress: As `Checker.run` gives it.
    """
    messages = Exported(path).messages(progress)
    with draft.open("w", encoding="utf-8", newline="\n") as file:
        maker = _Maker(file, prompt)
        for pair in pairs_in(messages, natasha):
            maker.add(pair)
    return maker.made


class _Maker:
    """Writes the pairs that are fit to be learnt, and remembers some to be shown."""

    def __init__(self, file: TextIO, prompt: str) -> None:
        self._file = file
        self._system = [_said("system", prompt)] if prompt.strip() else []
        self._known: set[bytes] = set()
        self._samples: list[tuple[int, Pair]] = []
        self._random = random.Random(_SEED)  # noqa: S311 - only which ones are shown
        self._unfit: Counter[Unfit] = Counter()
        self._n = self._n_hidden = 0

    @property
    def made(self) -> Made:
        """What there is by now."""
        return Made(
            n=self._n,
            n_hidden=self._n_hidden,
            samples=[pair for _, pair in sorted(self._samples)],
            unfit=dict(self._unfit),
        )

    def add(self, pair: Pair) -> None:
        """Write a pair, or count why not."""
        safe = Pair(*map(hidden, pair))
        row = [*self._system, _said("user", safe.question), _said("assistant", safe.answer)]
        unfit = self._unfit_for(pair, safe, row)
        if unfit:
            self._unfit[unfit] += 1
            return
        self._file.write(json.dumps({"messages": row}, ensure_ascii=False) + "\n")
        self._n_hidden += sum(len(HIDDEN.findall(text)) for text in safe)
        self._sample(safe)
        self._n += 1

    def _unfit_for(self, pair: Pair, safe: Pair, row: list[JsonDict]) -> Unfit | None:
        if danger_in(pair.question):  # some milliseconds: most of the work
            return Unfit.DANGER
        if any(map(secrets_in, pair)):
            return Unfit.SECRET
        if any(broken_character(each) is not None or special_token(each) for each in row):
            return Unfit.UNREADABLE
        if not all(any(map(str.isalnum, HIDDEN.sub("", text))) for text in safe):
            return Unfit.EMPTY
        known = hashlib.blake2b("\0".join(safe).encode(), digest_size=16).digest()
        if known in self._known:
            return Unfit.REPEATED
        self._known.add(known)
        return None

    def _sample(self, pair: Pair) -> None:
        """Keep each pair with the same chance, however many come."""
        place = self._n if self._n < SAMPLES else self._random.randrange(self._n + 1)
        if place < len(self._samples):
            self._samples[place] = self._n, pair
        elif place < SAMPLES:
            self._samples.append((self._n, pair))


def _said(role: str, text: str) -> JsonDict:
    return {"role": role, "content": text}
