"""What is learnt of a row: exactly the answers, each with the token that ends it."""

from pathlib import Path
from typing import Any

import pytest

from tests.engine.lora.tiny import TEMPLATE, THINKING_TEMPLATE, make_tokenizer, write_rows

pytestmark = pytest.mark.usefixtures("extra")
SYSTEM = {"role": "system", "content": "Be kind."}
FIRST = {"role": "user", "content": "Привет?"}
ANSWER = {"role": "assistant", "content": "Да 👋!\n"}
SECOND = {"role": "user", "content": "And?"}
ANSWER_2 = {"role": "assistant", "content": "So."}


def encoder(template: str = TEMPLATE, limit: int = 10_000) -> tuple[Any, Any]:
    from engine.backends.lora.worker.encoding import Encoder

    tokenizer = make_tokenizer(template)
    return tokenizer, Encoder(tokenizer, limit)


def learnt(
    tmp_path: Path, *messages: dict[str, Any], template: str = TEMPLATE, **keys: Any
) -> list[tuple[str, list[str]]]:
    """Each text of a row, and the stretches of it that are learnt."""
    tokenizer, it = encoder(template)
    path = write_rows(tmp_path / "rows.jsonl", [{"messages": messages, **keys}])
    (row,) = it.conversations(path)
    return [(tokenizer.decode(list(text.ids)), _stretches(tokenizer, text)) for text in row]


def _stretches(tokenizer: Any, text: Any) -> list[str]:
    found: list[list[int]] = [[]]
    for number, label in zip(text.ids, text.labels, strict=True):
        if label == -100:
            found.append([])
        else:
            assert label == number
            found[-1].append(number)
    return [tokenizer.decode(stretch) for stretch in found if stretch]


def test_only_the_answer_and_its_end_are_learnt(tmp_path: Path) -> None:
    (found,) = learnt(tmp_path, SYSTEM, FIRST, ANSWER)

    text = (
        "<|im_start|>system\nBe kind.<|im_end|>\n<|im_start|>user\nПривет?<|im_end|>\n"
        "<|im_start|>assistant\nДа 👋!\n<|im_end|>"
    )
    assert found == (text, ["Да 👋!\n<|im_end|>"])


def test_each_answer_of_a_conversation_is_learnt(tmp_path: Path) -> None:
    ((_, stretches),) = learnt(tmp_path, FIRST, ANSWER, SECOND, ANSWER_2)

    assert stretches == ["Да 👋!\n<|im_end|>", "So.<|im_end|>"]


def test_answers_behind_the_limit_are_not_even_rendered(tmp_path: Path) -> None:
    """A row of many thousands would take hours."""
    refuses = "{% for m in messages if m.content == 'late' %}{{ raise_exception('') }}{% endfor %}"
    _, it = encoder(refuses + TEMPLATE, limit=50)
    late = {"role": "assistant", "content": "late"}
    rows = [{"messages": [FIRST, ANSWER, SECOND, ANSWER_2, SECOND, late]}]

    ((text,),) = it.conversations(write_rows(tmp_path / "rows.jsonl", rows))

    assert len(text.ids) == 50
    assert text.is_cut


def test_answer_of_weight_0_is_read_alone(tmp_path: Path) -> None:
    ((text, stretches),) = learnt(tmp_path, FIRST, ANSWER | {"weight": 0}, SECOND, ANSWER_2)

    assert "Да 👋!" in text
    assert stretches == ["So.<|im_end|>"]


def test_last_answer_of_weight_0_costs_nothing(tmp_path: Path) -> None:
    ((text, stretches),) = learnt(tmp_path, FIRST, ANSWER, SECOND, ANSWER_2 | {"weight": 0})

    assert text.endswith("Да 👋!\n<|im_end|>")
    assert stretches == ["Да 👋!\n<|im_end|>"]


def test_thinking_model_learns_each_answer_as_it_will_write_it(tmp_path: Path) -> None:
    """Its template hides the thought of past answers, so that each answer is a text of its own."""
    first, second = learnt(tmp_path, FIRST, ANSWER, SECOND, ANSWER_2, template=THINKING_TEMPLATE)

    thought = "<|im_start|>assistant\n<think>\n\n</think>\n\n"
    assert first[0].endswith(f"{thought}Да 👋!\n<|im_end|>")
    assert first[1] == ["Да 👋!\n<|im_end|>"]
    assert "<|im_start|>assistant\nДа 👋!\n<|im_end|>" in second[0]
    assert second[0].endswith(f"{thought}So.<|im_end|>")
    assert second[1] == ["So.<|im_end|>"]


def test_template_whose_prompt_is_not_how_it_shows_the_answer(tmp_path: Path) -> None:
    """The prompt that will be answered comes first, whatever the template makes of the past."""
    template = THINKING_TEMPLATE.replace("message['role'] == 'assistant' and loop.last", "false")

    ((text, stretches),) = learnt(tmp_path, FIRST, ANSWER_2, template=template)

    assert text.endswith("<|im_start|>assistant\n<think>\n\n</think>\n\nSo.<|im_end|>")
    assert stretches == ["So.<|im_end|>"]


def test_texts_in_parts_and_roles_that_templates_do_not_know(tmp_path: Path) -> None:
    parts = [{"type": "text", "text": "He"}, {"type": "text", "text": "llo"}]
    call = {"role": "assistant", "content": None, "function_call": {"name": "f", "arguments": "{}"}}
    ((text, stretches),) = learnt(
        tmp_path,
        {"role": "developer", "content": parts},
        FIRST,
        call,
        {"role": "function", "name": "f", "content": "42"},
        ANSWER_2,
    )

    assert text.startswith("<|im_start|>system\nHello<|im_end|>")
    assert "<|im_start|>tool\n42<|im_end|>" in text
    assert stretches == ["<|im_end|>", "So.<|im_end|>"]


def test_templates_receive_tools_and_calls_as_they_expect_them(tmp_path: Path) -> None:
    """Tools as they are, arguments as an object instead of OpenAI's text."""
    template = "{{ tools[0].function.name }}|" + TEMPLATE.replace(
        "{{ message['content'] }}",
        "{{ message['content'] }}"
        "{% for call in message.tool_calls or [] %}{{ call.function.arguments.a }}{% endfor %}",
    )
    call = {"id": "1", "type": "function", "function": {"name": "f", "arguments": '{"a": 7}'}}
    ((text, stretches),) = learnt(
        tmp_path,
        FIRST,
        {"role": "assistant", "tool_calls": [call]},
        template=template,
        tools=[{"type": "function", "function": {"name": "f"}}],
    )

    assert text.startswith("f|<|im_start|>user")
    assert stretches == ["7<|im_end|>"]


def test_pair_keeps_its_prompt_once_and_both_answers_with_their_ends(tmp_path: Path) -> None:
    tokenizer, it = encoder()
    row = {
        "input": {"messages": [FIRST]},
        "preferred_output": [ANSWER],
        "non_preferred_output": [ANSWER_2],
    }
    (pair,) = it.pairs(write_rows(tmp_path / "rows.jsonl", [row]))

    assert tokenizer.decode(list(pair.prompt)) == (
        "<|im_start|>user\nПривет?<|im_end|>\n<|im_start|>assistant\n"
    )
    assert tokenizer.decode(list(pair.chosen)) == "Да 👋!\n<|im_end|>"
    assert tokenizer.decode(list(pair.rejected)) == "So.<|im_end|>"


def test_rows_that_teach_nothing_are_named(tmp_path: Path) -> None:
    """After the cut nothing of the second row's answer is left."""
    from engine.backends.lora.worker.encoding import BadFile

    _, it = encoder(limit=60)
    long = {"role": "user", "content": "a" * 60}
    rows: list[dict[str, Any]] = [
        {"messages": [SECOND, ANSWER_2]},
        {"messages": [long, ANSWER_2]},
    ]
    path = write_rows(tmp_path / "rows.jsonl", rows)

    with pytest.raises(BadFile, match=r"^line 2: nothing to learn within the first 60 tokens$"):
        list(it.conversations(path))


def test_conversation_that_the_template_refuses_is_named(tmp_path: Path) -> None:
    from engine.backends.lora.worker.encoding import BadFile

    _, it = encoder("{{ raise_exception('no system here') }}")
    path = write_rows(tmp_path / "rows.jsonl", [{"messages": [SYSTEM, FIRST, ANSWER]}])

    with pytest.raises(BadFile, match=r"line 1: the base's chat template refuses it \(no system"):
        list(it.conversations(path))


@pytest.mark.parametrize(
    ("template", "words"),
    [("", "no chat template"), (TEMPLATE.replace("<|im_end|>", ""), "does not end answers")],
)
def test_base_whose_template_can_not_teach_is_refused(
    template: str, words: str, tmp_path: Path
) -> None:
    from engine.backends.lora.worker.encoding import BaseUnusable

    path = write_rows(tmp_path / "rows.jsonl", [{"messages": [FIRST, ANSWER]}])

    with pytest.raises(BaseUnusable, match=words):
        list(encoder(template)[1].conversations(path))
