"""Files to validate: really different examples, taken from the shipped dataset."""

import json
from pathlib import Path

SHIPPED = Path(__file__).parents[2] / "data" / "natasha_finetuning_20251125_153356.jsonl"
NOTES = SHIPPED.with_suffix(".notes.csv")


def shipped_lines():
    return SHIPPED.read_bytes().splitlines()


def _pairs():
    """The first question and answer of each line of some length, each as one paragraph."""
    for line in shipped_lines():
        question, answer = json.loads(line)["messages"][1:3]
        if len(question["content"]) > 20 and len(answer["content"]) > 200:
            yield question, answer | {"content": answer["content"].replace("\n\n", " ")}


_PAIRS = list(_pairs())


def example(n):
    """Another one for each number; beyond the shipped ones questions are joined anew."""
    question, answer = (dict(message) for message in _PAIRS[n % len(_PAIRS)])
    if n >= len(_PAIRS):
        question["content"] = f"{n}. {question['content']}"
        answer["content"] += f" {n}?"
    return {"messages": [{"role": "system", "content": "Ты — Наташа."}, question, answer]}


def pair(n):
    """The same with a worse answer beside it: what DPO trains on."""
    system, question, answer = example(n)["messages"]
    text = f"Здравствуйте, обращение {n} получено и будет рассмотрено в порядке очереди. " * 2
    worse = {"role": "assistant", "content": text.strip()}
    return {
        "input": {"messages": [system, question]},
        "preferred_output": [answer],
        "non_preferred_output": [worse],
    }


def encoded(row):
    return json.dumps(row, ensure_ascii=False).encode()


def good_lines(n=12):
    return [encoded(example(number)) for number in range(1, n + 1)]


def pair_lines(n=12):
    return [encoded(pair(number)) for number in range(1, n + 1)]


def found(report):
    return [(finding.rule, finding.line) for finding in report.findings]


def interrupt(n):
    """Progress that stops the work after a megabyte."""
    if n > 1 << 20:
        raise KeyboardInterrupt
