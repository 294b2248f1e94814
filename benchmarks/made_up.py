"""Files of any length, put together from the sentences of the one that is shipped."""

import json
import random
import re
from pathlib import Path

SHIPPED = next((Path(__file__).parents[1] / "data").glob("*.jsonl"))
_SENTENCE = re.compile(r"(?<=[.!?…])\s+")
_SEED = 20_251_125
_SENTENCES = 5


def write(path: Path, *, examples: int = 0, megabytes: int = 0) -> int:
    """Fill a file until it has so many examples or megabytes; how many examples it has.

    Each answer takes its sentences from as many others, each question two of the questions and a
    sentence: examples alike by chance only, about as long as the shipped ones.
    """
    rows = [json.loads(line)["messages"] for line in SHIPPED.read_text("utf-8").splitlines()]
    prompt = rows[0][0]
    questions = [row[1]["content"] for row in rows]
    answers = [_SENTENCE.split(row[-1]["content"]) for row in rows]
    sentences = [sentence for answer in answers for sentence in answer]
    chance = random.Random(_SEED)
    n_written = n_bytes = 0
    with path.open("wb") as stream:
        while n_written < examples or n_bytes < megabytes * 1_000_000:
            asked = [*chance.sample(questions, 2), chance.choice(sentences)]
            answered = [chance.choice(answer) for answer in chance.sample(answers, _SENTENCES)]
            messages = [
                prompt,
                {"role": "user", "content": " ".join(asked)},
                {"role": "assistant", "content": " ".join(answered)},
            ]
            line = json.dumps({"messages": messages}, ensure_ascii=False).encode() + b"\n"
            n_bytes += stream.write(line)
            n_written += 1
    return n_written
