"""Examples of other tools: converted where that is exact, else named with what is unclear."""

import pytest

from bot.dataset.recognition.formats import converted
from bot.dataset.validation.examples import method_of

Q, A = "Кто я?", "Река."
USER, BOT = {"role": "user", "content": Q}, {"role": "assistant", "content": A}
SYSTEM = {"role": "system", "content": "Ты — Наташа."}
HUMAN, GPT = {"from": "human", "value": Q}, {"from": "gpt", "value": A}
PARTS = [{"type": "text", "text": Q}]
GEMINI = [{"role": "user", "parts": [{"text": Q}]}, {"role": "model", "parts": [{"text": A}]}]
CHAT = {"messages": [USER, BOT]}
GUIDED = {"messages": [SYSTEM, USER, BOT]}
BETTER = {
    "input": {"messages": [USER]},
    "preferred_output": [BOT],
    "non_preferred_output": [{"role": "assistant", "content": "Нет."}],
}
IM = "<|im_start|>{}\n{}<|im_end|>\n"
IM_ANSWER = f"<|im_start|>assistant\n{A}"
HEAD = "<|start_header_id|>{}<|end_header_id|>\n\n{}<|eot_id|>"
TURN = "<start_of_turn>{}\n{}<end_of_turn>\n"
SAID_NO = {"role": "assistant", "content": "Нет."}


@pytest.mark.parametrize(
    ("row", "wanted"),
    [
        ({"conversations": [HUMAN, GPT]}, CHAT),
        ({"id": "1", "conversations": [HUMAN, GPT], "system": "Ты — Наташа."}, GUIDED),
        ({"conversations": [{"from": "system", "value": "Ты — Наташа."}, HUMAN, GPT]}, GUIDED),
        ({"messages": [HUMAN, GPT]}, CHAT),
        ({"conversation": [USER, BOT]}, CHAT),
        ({"instruction": Q, "output": A}, CHAT),
        ({"instruction": Q, "input": "", "output": A, "text": "### Instruction"}, CHAT),
        ({"instruction": Q, "input": None, "output": A, "system": "Ты — Наташа."}, GUIDED),
        ({"prompt": f" {Q}", "completion": f"{A}\n"}, CHAT),
        ({"question": Q, "answer": A, "source": "a"}, CHAT),
        ({"Вопрос": Q, "Ответ": A}, CHAT),
        ({"messages": [{"role": "user", "content": PARTS}, BOT]}, CHAT),
        ({"messages": [SYSTEM, {"role": "user", "content": PARTS}, BOT]}, GUIDED),
        ({"system": "Ты — Наташа.", "messages": [USER, BOT]}, GUIDED),
        ({"contents": GEMINI}, CHAT),
        ({"systemInstruction": {"parts": [{"text": "Ты — Наташа."}]}, "contents": GEMINI}, GUIDED),
        ([USER, BOT], CHAT),
        ({"prompt": Q, "chosen": A, "rejected": "Нет."}, BETTER),
        ({"chosen": [USER, BOT], "rejected": [USER, SAID_NO]}, BETTER),
        ({"prompt": [USER], "chosen": [BOT], "rejected": [SAID_NO]}, BETTER),
        ({"text": f"<s>[INST] {Q} [/INST] {A} </s>"}, CHAT),
        ({"text": f"<s>[INST] <<SYS>>\nТы — Наташа.\n<</SYS>>\n\n{Q} [/INST] {A}"}, GUIDED),
        ({"id": 1, "text": IM.format("user", Q) + IM.format("assistant", A)}, CHAT),
        (
            {"prompt": IM.format("system", "Ты — Наташа.") + IM.format("user", Q) + IM_ANSWER},
            GUIDED,
        ),
        ({"text": f"<|begin_of_text|>{HEAD.format('user', Q)}{HEAD.format('assistant', A)}"}, CHAT),
        ({"text": f"{IM.format('user', Q)}{IM.format('assistant', A)}<|endoftext|>"}, CHAT),
        ({"text": f"<bos>{TURN.format('user', Q)}{TURN.format('model', A)}"}, CHAT),
    ],
    ids=range(27),
)
def test_what_is_exact_is_converted(row, wanted):
    found = converted(row)

    assert found is not None
    assert found.row == wanted


@pytest.mark.parametrize(
    ("row", "unclear"),
    [
        ({"conversations": [HUMAN, {"from": "observation", "value": "42"}]}, "observation"),
        ({"conversations": [HUMAN, GPT], "tools": "[]"}, "tools"),
        ({"conversations": [HUMAN, {**GPT, "score": 1}]}, "score"),
        ({"instruction": Q, "output": A, "history": [["a", "b"]]}, "history"),
        ({"instruction": Q, "output": ["a", "b"]}, "output"),
        ({"question": Q, "answer": A, "context": "Текст"}, "context"),
        ({"prompt": Q, "completion": A, "label": False}, "label"),
        ({"prompt": Q, "completion": A, "good": True}, "good"),
        ({"prompt": Q, "chosen": 1, "rejected": 2}, "chosen"),
        ({"chosen": [USER, BOT], "rejected": [BOT, SAID_NO]}, "rejected"),
        ({"system": "a", "messages": [SYSTEM, USER, BOT]}, "system"),
        ({"text": f"[INST] {Q}"}, "text"),
        ({"text": f"Вот: [INST] {Q} [/INST] {A}"}, "text"),
        ({"text": IM.format("narrator", Q)}, "text"),
        ({"text": f"[INST] {Q} [/INST]"}, "text"),
        ({"text": f"[INST] {Q} [/INST] {A}", "label": 0}, "label"),
    ],
    ids=range(16),
)
def test_what_may_change_the_meaning_is_named(row, unclear):
    found = converted(row)

    assert found is not None
    assert (found.row, found.unclear) == (None, unclear)


@pytest.mark.parametrize(
    "row",
    [
        CHAT,
        GUIDED,
        BETTER,
        {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {}}]}]},
        {"messages": [{"role": "human", "content": Q}, BOT]},
        {"messages": []},
        {"messages": [USER, BOT], "id": 7},
        {"text": "Привет"},
        {"instruction": Q},
        {"input": {"messages": [USER]}},
        [],
        [1],
        7,
        None,
    ],
    ids=range(14),
)
def test_what_is_ours_or_nobodys_is_left_to_the_rules(row):
    assert converted(row) is None


def test_parts_become_one_text_and_the_rest_stays():
    row = {"messages": [{**USER, "content": [*PARTS, *PARTS], "name": "a"}, {**BOT, "weight": 0}]}

    found = converted(row)

    assert found is not None
    assert found.row == {
        "messages": [{**USER, "content": f"{Q}\n{Q}", "name": "a"}, {**BOT, "weight": 0}]
    }


@pytest.mark.parametrize("row", [{"instruction": Q, "input": "a"}, {"input": Q, "output": A}])
def test_an_input_of_words_makes_no_pair_of_answers(row):
    assert method_of(row) is None
