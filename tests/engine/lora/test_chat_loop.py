"""The loop that answers chats: its texts are those of each chat alone, whoever joins or leaves."""

import random
import shutil

import pytest

from engine.backends.lora.speech_lines import (
    Begun,
    Broken,
    Cancel,
    Forget,
    Refusal,
    Refused,
)
from tests.engine.lora.talking import (
    Talk,
    change_config,
    generated,
    make_adapter,
    make_lively_base,
    make_sliding_base,
)

# PEFT 0.21 asks transformers 5.24 for a name that it has renamed.
pytestmark = pytest.mark.filterwarnings("ignore:.is_gradient_checkpointing. is deprecated")

ALTERNATING = (
    "{% if messages[0]['role'] == 'system' %}{{ raise_exception('no system here') }}{% endif %}"
    "{% for message in messages %}"
    "{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}"
    "{{ raise_exception('roles must alternate') }}{% endif %}"
    "<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n{% endfor %}"
    "<|im_start|>assistant\n"
)


@pytest.fixture(scope="module")
def folders(extra, tmp_path_factory):
    """A base of each kind of cache, by name, and their adapters."""
    made = tmp_path_factory.mktemp("talking")
    bases = {
        "full": make_lively_base(made / "full"),
        "sliding": make_sliding_base(made / "sliding"),
    }
    return {
        name: (base, [make_adapter(base, made / f"{name}-{seed}", seed) for seed in (1, 2)])
        for name, base in bases.items()
    }


@pytest.fixture(scope="module")
def full(folders):
    return folders["full"]


@pytest.fixture
def talk(full):
    return Talk(full[0])


@pytest.mark.parametrize("kind", ["full", "sliding", "apart"])
def test_mixed_batch_says_what_each_would_say_alone(folders, kind):
    """Chats join and leave at any token; bare base and adapters share a batch."""
    base, adapters = folders["sliding" if kind == "sliding" else "full"]
    talk = Talk(base, **({"can_merge": False} if kind == "apart" else {}))
    draw = random.Random(7)
    todo = [
        (
            "".join(draw.choices("abc жяю", k=draw.randrange(1, 50))),
            draw.choice([None, *adapters]),
            draw.randrange(1, 30),
        )
        for _ in range(10)
    ]
    asked = {}

    waiting = list(todo)
    while waiting or not talk.loop.is_idle:
        if waiting and (talk.loop.is_idle or draw.random() < 0.3):
            text, adapter, n_tokens = waiting.pop(0)
            number = talk.ask(text, adapter=adapter, max_tokens=n_tokens)
            asked[number] = (text, adapter, n_tokens)
        talk.loop.turn()

    assert talk.base.can_merge == (kind != "apart")
    texts = set()
    for number, (text, adapter, n_tokens) in asked.items():
        tokens = generated(base, talk, text, adapter, n_tokens)
        expected = talk.base.tokenizer.decode(tokens, skip_special_tokens=True).rstrip("\ufffd")
        said, n_said, _ = talk.answer(number)
        assert (said, n_said) == (expected, len(tokens))
        assert talk.told[number][0].prompt_tokens == len(talk.prompt(text))
        texts.add(said)
    assert len(texts) > 5


def test_end_token_ends_the_answer_and_counts(talk, full):
    """An answer that ends has the reason stop; its last token is in the usage, not in the text."""
    tokens = generated(full[0], talk, "Hello", None, 20)
    object.__setattr__(talk.base, "end_tokens", frozenset({tokens[9]}))
    first = tokens.index(tokens[9])

    text, n_tokens, reason = talk.says()

    assert (n_tokens, reason) == (first + 1, "stop")
    assert text == talk.base.tokenizer.decode(tokens[:first]).rstrip("\ufffd")


def test_stop_string_across_tokens_ends_the_text(talk):
    """The text ends before the stop string; the chat stops there, and the rest never appears."""
    whole, _, _ = talk.says(max_tokens=60)
    middle = len(whole) // 2
    word = whole[middle : middle + 3]
    before = whole[: whole.index(word)]

    text, n_tokens, reason = talk.says(max_tokens=60, stop=["never said", word])

    assert (text, reason) == (before, "stop")
    assert n_tokens < 60


def test_long_prompt_is_read_in_parts(talk, full):
    """A prompt longer than a part gives the same answer, while others go on."""
    other = talk.ask("short", max_tokens=40)
    long = talk.ask("x" * 700, max_tokens=5)
    talk.finish()

    tokens = generated(full[0], talk, "x" * 700, None, 5)
    assert talk.answer(long)[0] == talk.base.tokenizer.decode(tokens).rstrip("\ufffd")
    assert talk.answer(other)[1] == 40


def test_seed_repeats_an_answer(talk):
    """The same seed gives the same text; another one another; a tiny top_p the most probable."""
    drawn = {"temperature": 1.5, "max_tokens": 30}

    assert talk.says(seed=-3, **drawn) == talk.says(seed=-3, **drawn)
    assert talk.says(seed=1, **drawn) != talk.says(seed=2, **drawn)
    assert talk.says(**drawn) != talk.says(**drawn)
    assert talk.says(seed=1, top_p=0.0, **drawn) == talk.says(max_tokens=30)


def test_no_ghost_of_an_adapter_stays(talk, full, tmp_path):
    """More adapters than fit, then none: the base says what it said, and no layer remembers."""
    from peft.tuners.lora import LoraLayer

    _, adapters = full
    bare = talk.says()
    copies = [shutil.copytree(adapters[n % 2], tmp_path / str(n)) for n in range(10)]

    said = [talk.says(adapter=folder) for folder in copies]
    names = {
        name for m in talk.base.model.modules() if isinstance(m, LoraLayer) for name in m.lora_A
    }
    again = talk.says(adapter=copies[0])
    talk.loop.hear(Forget(folder=str(tmp_path)))

    assert said == [said[0], said[1]] * 5
    assert len({bare, said[0], said[1]}) == 3
    assert again == said[0]
    assert len(names) == 8
    assert not any(isinstance(layer, LoraLayer) for layer in talk.base.model.modules())
    assert talk.says() == bare
    assert talk.says(adapter=adapters[1]) == said[1]


def test_models_are_answered_together_after_the_first_one_was_deleted(talk, full, tmp_path):
    """PEFT remembers the adapter that was loaded first."""
    _, adapters = full
    alone = [talk.says(adapter=folder) for folder in (None, adapters[1])]
    talk.loop.hear(Forget(folder=str(tmp_path.anchor)))
    gone = shutil.copytree(adapters[0], tmp_path / "gone")
    for folder in (gone, adapters[1]):
        talk.says(adapter=folder)

    talk.loop.hear(Forget(folder=str(gone)))
    numbers = [talk.ask(adapter=folder) for folder in (None, adapters[1])]
    talk.finish()

    assert [talk.answer(number) for number in numbers] == alone


def test_number_of_adapters_in_memory_is_told(full, tmp_path):
    """For monitors, which ask the server."""
    talk = Talk(full[0])
    copies = [shutil.copytree(full[1][0], tmp_path / str(n)) for n in range(3)]
    for n, copy in enumerate([*copies, copies[0]]):
        talk.says(adapter=copy, max_tokens=1)
        assert talk.n_adapters == min(n + 1, 3)

    talk.loop.hear(Forget(folder=str(copies[1])))
    assert talk.n_adapters == 2


def test_adapter_that_is_needed_last_makes_room(full, tmp_path):
    """Two more adapters than fit, in turn: most chats find theirs in memory, and all are right."""
    folder, adapters = full
    talk = Talk(folder, chat_batch=1)
    copies = [shutil.copytree(adapters[n % 2], tmp_path / str(n)) for n in range(10)]
    alone = [talk.says(adapter=adapters[n], max_tokens=5) for n in range(2)]
    before = next(talk.loop._adapters._numbers)

    numbers = [talk.ask(adapter=copy, max_tokens=5) for copy in copies * 4]
    talk.finish()

    assert [talk.answer(number) for number in numbers] == alone * 20
    # By age alone each of the 40 chats would have to load its adapter.
    assert next(talk.loop._adapters._numbers) - before - 1 <= 20


def test_waiting_chat_hears_of_a_bad_adapter_at_once(talk, full, tmp_path):
    """It is not loaded before its turn, but its files are checked."""
    folder = shutil.copytree(full[1][1], tmp_path / "bad")
    (folder / "adapter_config.json").write_text("{}")
    first = talk.ask()

    number = talk.ask(adapter=folder)

    (refused,) = talk.told[number]
    assert isinstance(refused, Refused)
    assert "damaged" in refused.message
    talk.finish()
    assert talk.answer(first)[1] == 20


def _without(key):
    return lambda weights: {name: w for name, w in weights.items() if key not in name}


def _with_nan(weights):
    first = next(iter(weights))
    return weights | {first: weights[first] * float("nan")}


def _narrower(weights):
    return {name: w[:, :-1].contiguous() if "lora_A" in name else w for name, w in weights.items()}


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (_with_nan, "finite"),
        (_narrower, "another base"),
        (_without("layers.1."), "does not fit"),
        (_without("q_proj.lora_B"), "not complete"),
        ({"r": 3}, "another base"),
        ({"base_model_name_or_path": "/somewhere/else"}, "another base"),
        ({"peft_type": "LOHA"}, "not a LoRA"),
        ("adapter_model.safetensors", "can't be read"),
    ],
)
def test_adapter_that_does_not_fit_is_refused(talk, full, tmp_path, damage, words):
    """It is told why, without the path, and nothing of it stays."""
    from safetensors.torch import load_file, save_file

    bare, good = talk.says(), talk.says(adapter=full[1][0])
    folder = shutil.copytree(full[1][1], tmp_path / "bad")
    if callable(damage):
        weights = damage(load_file(folder / "adapter_model.safetensors"))
        save_file(weights, folder / "adapter_model.safetensors")
    elif isinstance(damage, dict):
        change_config(folder, **damage)
    else:
        (folder / damage).unlink()

    number = talk.ask(adapter=folder)

    (refused,) = talk.told[number]
    assert isinstance(refused, Refused)
    assert refused.refusal is Refusal.MODEL
    assert words in refused.message
    assert str(tmp_path) not in refused.message
    assert (talk.says(), talk.says(adapter=full[1][0])) == (bare, good)


def test_cancelled_chat_leaves_and_the_others_go_on(talk):
    """At any place: waiting, reading its prompt, answering."""
    alone = talk.says("second", max_tokens=30)
    numbers = [talk.ask(text, max_tokens=30) for text in ("first", "second", "x" * 700, "last")]
    for _ in range(3):
        talk.loop.turn()

    for number in (numbers[0], numbers[2], numbers[3]):
        talk.loop.hear(Cancel(id=number))
    told = {number: len(talk.told[number]) for number in numbers}
    talk.finish()

    assert talk.answer(numbers[1]) == alone
    for number in (numbers[0], numbers[2], numbers[3]):
        assert len(talk.told[number]) == told[number]


def test_deleted_model_breaks_its_answers_only(talk, full):
    """Answers of a model that is deleted end with an error; the others go on."""
    lost = [talk.ask(adapter=full[1][0], max_tokens=30) for _ in range(5)]
    kept = talk.ask(max_tokens=30)
    for _ in range(3):
        talk.loop.turn()

    talk.loop.hear(Forget(folder=str(full[1][0])))
    talk.finish()

    assert all(isinstance(talk.told[number][-1], Broken) for number in lost)
    assert talk.answer(kept)[1] == 30


def test_context_is_respected(talk):
    """An answer ends at the context's limit; what can't fit is refused with the count."""
    n_prompt = len(talk.prompt("Hello"))

    full = talk.says(max_tokens=None, context_tokens=n_prompt + 7)
    number = talk.ask(max_tokens=8, context_tokens=n_prompt + 7)

    assert full[1:] == (7, "length")
    assert talk.told[number] == [
        Refused(id=number, refusal=Refusal.TOO_LONG, prompt_tokens=n_prompt)
    ]


@pytest.mark.usefixtures("extra")
def test_messages_are_shown_as_the_template_wants_them(tmp_path):
    """Neighbours are joined, a system message joins the user's; the rest is told in its words."""
    strict = Talk(make_lively_base(tmp_path / "strict", template=ALTERNATING))
    user = {
        "role": "user",
        "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}],
    }
    odd = [{"role": "developer", "content": "s"}, user, {"role": "user", "content": "c"}]
    plain = [{"role": "user", "content": "s\n\nab\n\nc"}]

    numbers = [strict.ask(messages=messages) for messages in (odd, plain)]
    refused = strict.ask(messages=[{"role": "assistant", "content": "first"}])
    strict.finish()

    assert strict.answer(numbers[0]) == strict.answer(numbers[1])
    assert strict.told[refused] == [
        Refused(id=refused, refusal=Refusal.MESSAGES, message="roles must alternate")
    ]


def test_failed_computation_ends_its_chats_alone(talk, capsys):
    """The chats of a batch that can't be computed break; the next one is answered."""
    number = talk.ask()
    talk.loop.turn()
    [batch] = talk.loop._batches
    batch.rows[0].last = 10**6  # no token, so the next step fails

    talk.finish()

    assert isinstance(talk.told[number][0], Begun)
    assert talk.told[number][-1] == Broken(id=number, message="the computation failed")
    assert "Traceback" in capsys.readouterr().err
    assert talk.says()[1] == 20
