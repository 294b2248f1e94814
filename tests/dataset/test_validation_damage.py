"""What tools leave in texts: found, given back exactly where it can be, and never made up."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.dataset.repair.run import repair
from bot.dataset.validation.damage import (
    has_lost_characters,
    has_reasoning_inside,
    is_no_value,
    unescaped,
    without_reasoning,
)
from bot.dataset.validation.mojibake import is_beyond_repair, may_be_mojibake, restored
from tests.dataset.validation_files import encoded, example, found, good_lines, shipped_lines

LINE = 5
RUSSIAN = "Не могу простить отца, и «дом» кажется чужим — что мне делать?"
ONE_BYTE = ("cp1251", "cp1252", "latin-1", "cp866", "koi8-r", "cp437", "mac-cyrillic", "mac-roman")


def read_as(data, encoding):
    """Bytes as a careless program shows them, with a control character where there is none."""

    def character(byte):
        try:
            return bytes([byte]).decode(encoding)
        except UnicodeDecodeError:
            return chr(byte)

    return "".join(map(character, data))


SHIPPED = [
    message["content"] for line in shipped_lines() for message in json.loads(line)["messages"]
]


@pytest.mark.parametrize("encoding", ONE_BYTE[:-2])
@pytest.mark.parametrize(
    "text",
    [
        RUSSIAN,
        "Ёж и я: ы, ю, Щ…",
        "It’s fine — “really”…",
        "café naïve déjà",
        "Да 😊, нет ❤️",
        "Дом № 5",
    ],
)
def test_utf8_read_in_another_encoding_is_given_back(text, encoding):
    assert restored(read_as(text.encode(), encoding)) == text


@pytest.mark.parametrize("encoding", ONE_BYTE)
def test_text_damaged_twice_is_given_back(encoding):
    once = read_as(RUSSIAN.encode(), encoding)

    assert restored(read_as(once.encode(), encoding)) == RUSSIAN


@pytest.mark.parametrize("wrong", ["cp1252", "latin-1", "koi8-r", "cp866", "mac-cyrillic"])
@pytest.mark.parametrize("right", ["cp1251", "koi8-r", "cp866"])
def test_one_code_page_taken_for_another(right, wrong):
    """Where most letters are others; code pages that share their small letters stay as they are."""
    text = "Застревает в горле, как пуговица. Что ты хотела бы услышать от него?"
    shown = text.encode(right).decode(wrong, errors="ignore")

    if right == wrong or {right, wrong} == {"cp1251", "mac-cyrillic"}:
        assert restored(shown) in (None, text)
    else:
        assert restored(shown) == text


@pytest.mark.parametrize("encoding", ONE_BYTE)
def test_every_shipped_text_is_given_back_exactly(encoding):
    for text in SHIPPED[1::97]:
        assert restored(read_as(text.encode(), encoding)) == text


def test_part_of_a_text_is_given_back():
    assert restored("Ответ: РџСЂРёРІРµС‚, РјРёСЂ. Да?") == "Ответ: Привет, мир. Да?"


@pytest.mark.parametrize("lost", [" ", "?"])
def test_where_something_is_lost_nothing_is_made_up(lost):
    """The blank in the code of a letter often becomes an ordinary one."""
    damaged = "Расскажи мне про Иру".encode().decode("cp1251", errors="replace")
    damaged = damaged.replace("\u00a0", lost).replace("\ufffd", "?")

    assert restored(damaged) is None
    assert is_beyond_repair(damaged)


ORDINARY = """Не ме плаши тъмното, плаши ме тишината. ЩЕ УСПЕЕМ ЛИ ДНЕС?
Його мати завжди казала: «Їжте, ґречні діти, є ще пироги…»
Ђорђе и Љиља шетају. Њега нема. ЂОРЂЕ ЉУБОВ
Ќе одам дома, ѓаволе. Ќе дојдам. Џвонам. Ќе видиме, ќе чекаме
Здраво! Како си? Љубав је као њива: тражи рад. Ђорђе и Џемал су дошли, а Њујорк је далеко. Ћутим.
Џон и Њутн и Ќосе пеат, Ѓаволот доаѓа. Ѕвонче ѕвони.
пРИВЕТ, КАПСЛОК НАЖАТ, пРОСТИ.
Ён пайшоў дадому, і ўсё стала ціха. Ўсё будзе
À la carte, déjà vu, où êtes-vous ? Ça va… «Â» ÉTÉ CAFÉ… naïve
São Paulo, NÃO! CORAÇÃO. «É»… Às vezes. ÃO É
Größe, Übung — Ärger, Straße. İstanbul, Łódź, Żółć, česky řeka
Tiếng Việt có dấu: Đường, người, ÂN, Ân cần
Ελλάδα: καλημέρα, Ωραία ∞ ≤ µ. Αγάπη μου
5 µm ± 0,3 °C; α≤β; ∑∞; √2≈1,41; x² ≥ 0; ½ €100 №5 §3 † ‡
├── src │ └── main.py ────────── ═══ ▓▒░
РРР ССС! СССР»… США…» С… Р… «Р», «С». п.п. 5–7, А–Б–В–Г, —Да. —Нет!
НЕ КРИЧИ НА МЕНЯ, ПОЖАЛУЙСТА, Я ВСЁ СЛЫШУ!
иЗВИНИТЕ, кАПС лОК ЗАЛИП У МЕНЯ. зАбОрЧиКоМ пИшУ
Эмодзи 😊👨‍👩‍👧❤️ ёж “лапки” ‘q’ ‚a‘ „b“ Он перевёл…»; «в…», ну а…”
日本語テスト 中文字符 한국어 עברית العربية हिन्दी ქართული""".splitlines()


@pytest.mark.parametrize("text", [*ORDINARY, "\n".join(ORDINARY), "этапы А–Б–В–Г", "x√π, 2√Σ"])
def test_ordinary_text_of_any_language_stays(text):
    assert restored(text) is None
    assert not is_beyond_repair(text)


def test_shipped_texts_have_no_damage():
    for text in SHIPPED:
        assert not may_be_mojibake(text)
        assert (restored(text), unescaped(text), without_reasoning(text)) == (None, None, None)
        assert not has_lost_characters(text)


@settings(derandomize=True, deadline=None, max_examples=300)
@given(
    st.lists(
        st.sampled_from(sorted(set("".join(SHIPPED)) | set("ўіїєђћљњ—–„“’…©°№€😊ё"))), max_size=60
    )
)
def test_any_text_stays_or_comes_back(characters):
    """What is restored has nothing left to be restored, and is what was shown wrongly."""
    text = "".join(characters)

    better = restored(read_as(text.encode(), "cp1251"))

    assert better is None or restored(better) is None
    if len(text.encode()) > len(text) + 8 and " " not in text and better is not None:
        assert better == text or restored(text) == better


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        (r"Дыши.\n\nЧто слышишь?", "Дыши.\n\nЧто слышишь?"),
        (r"Hello.\nHow are you", "Hello.\nHow are you"),
        (r"First:\n- one\n- two", "First:\n- one\n- two"),
        (r"Раз\r\nДва", "Раз\nДва"),
        (r"Имя:\tОля\nВозраст:\t5", "Имя:\tОля\nВозраст:\t5"),
        (r"Он сказал: \"да\", и ушёл", 'Он сказал: "да", и ушёл'),
        (r"Он сказал: \"да\".\nИ ушёл", 'Он сказал: "да".\nИ ушёл'),
        (r"\u041f\u0440\u0438\u0432\u0435\u0442, \u043c\u0438\u0440!", "Привет, мир!"),
        (r"Ура! \ud83d\ude0a \u0434\u0430", "Ура! 😊 да"),
    ],
)
def test_what_was_escaped_twice_is_written_as_meant(text, meant):
    assert unescaped(text) == meant


@pytest.mark.parametrize(
    "text",
    [
        r"C:\new\test", r"Открой C:\nowhere", r"в \n пишут перенос", r'нажми "\n"', r"Символ «\n»",
        r"\nabla f = \tau", r"$\nu$", r"`a\nb`", r"print('a\nb')", r"\d+\n", r"foo\nbar",
        r"\\server\name", r"папка\новая", r"¯\_(ツ)_/¯", r"и\или", r'{\"a\": 1}',
        r'{"a": "Да.\n\nНет"}',
        r"path\to\new", r"Символ \n — перенос", r"s.split('\n')", r"Абзац\n\nв C:\dir", r"\t",
        r"пиши \u0000\u0000\u0000", r"\ud83d\ud83d\ud83d",
    ],
)  # fmt: skip
def test_backslashes_of_code_paths_and_formulas_stay(text):
    assert unescaped(text) is None


@pytest.mark.parametrize(
    ("answer", "rest"),
    [
        ("<think>\nМягко.\n</think>\n\nОтвет", "Ответ"),
        ("<thinking>a</thinking>Ответ", "Ответ"),
        ("<think></think>\nДа", "Да"),
        ("Рассуждаю вслух.\n</think>\nОтвет", "Ответ"),
        ("[THINK]x[/THINK]Да", "Да"),
        ("<think>не закрыт", ""),
        ("<think>a</think>", ""),
        ("Тег <think> нужен", None),
        ("`<think>` — тег", None),
        ("<p>Текст</p>", None),
        ("[1] сноска", None),
    ],
)
def test_reasoning_before_an_answer(answer, rest):
    assert without_reasoning(answer) == rest
    assert has_reasoning_inside(answer) == (rest == "")


def test_reasoning_within_an_answer_is_only_named():
    assert has_reasoning_inside("Слушай. <think>мягко</think> Как ты?")
    assert has_reasoning_inside("<think>a</think>Да. <think>b</think> Нет.")
    assert not has_reasoning_inside("Между `<think>` и `</think>` стоят рассуждения.")


@pytest.mark.parametrize(
    "text",
    [
        "nan",
        "NaN",
        " None\n",
        "null",
        "N/A",
        "#Н/Д",
        "undefined",
        "#REF!",
        "[object Object]",
        "nan\n\nNaN",
    ],
)
def test_words_for_nothing(text):
    assert is_no_value(text)


@pytest.mark.parametrize("text", ["Ничего", "нет", "Нан", "None of them", "0", "-", "Nana", "на"])
def test_short_texts_are_values(text):
    assert not is_no_value(text)


@pytest.mark.parametrize(
    ("text", "is_lost"),
    [
        ("две\ufffdь", True), ("двепїЅпїЅь", True), ("dï¿½but", True),
        ("?????? ??? ????", True), ("?? ???? ????????, ??????!", True),
        ("Что???", False), ("??? ???", False), ("Кто?? А где?? Ну??", False), ("????", False),
    ],
)  # fmt: skip
def test_lost_letters(text, is_lost):
    assert has_lost_characters(text) == is_lost


CALL = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}


def test_tools_answer_as_they_like(check):
    row = example(LINE)
    row["messages"][2:2] = [
        {"role": "assistant", "tool_calls": [CALL, CALL | {"id": "d"}]},
        {"role": "tool", "tool_call_id": "c", "content": "null"},
        {"role": "tool", "tool_call_id": "d", "content": r"Раз.\n\nДва. <think>x</think>"},
    ]
    lines = good_lines()
    lines[LINE - 1] = encoded(row)

    assert found(check(lines)) == []


def damaged(change):
    lines = good_lines()
    row = example(LINE)
    change(row["messages"])
    lines[LINE - 1] = encoded(row)
    return b"\n".join(lines) + b"\n"


def shown_wrongly(messages):
    messages[1]["content"] = read_as(messages[1]["content"].encode(), "cp1252")


def with_reasoning(messages):
    messages[2]["content"] = f"<think>\nМягко.\n</think>\n\n{messages[2]['content']}"


def all_at_once(messages):
    text = json.dumps(f"{messages[2]['content']}\n\nИ?", ensure_ascii=False)[1:-1]
    messages[2]["content"] = read_as(f"<think>Так.</think>\n{text}".encode(), "cp1251")


@pytest.mark.parametrize(
    ("change", "kinds"),
    [
        (shown_wrongly, {"mojibake"}),
        (with_reasoning, {"reasoning"}),
        (all_at_once, {"mojibake", "escaped_twice", "reasoning"}),
    ],
)
def test_repair_gives_texts_back(tmp_path, check, change, kinds):
    """The text is the one before the damage, the rest of the file keeps its bytes."""
    source, target = tmp_path / "source.jsonl", tmp_path / "target.jsonl"
    source.write_bytes(damaged(change))

    done = repair(source, target)

    assert {c.kind for c in done.changes} == kinds
    lines = target.read_bytes().splitlines()
    good = good_lines()
    assert [*lines[: LINE - 1], *lines[LINE:]] == [*good[: LINE - 1], *good[LINE:]]
    expected = example(LINE)["messages"][2]["content"]
    if change is all_at_once:
        expected += "\n\nИ?"
    assert json.loads(lines[LINE - 1])["messages"][2]["content"] == expected
    assert not check(lines).counts


def test_what_changes_is_shown_even_far_from_the_beginning(tmp_path):
    source, target = tmp_path / "source.jsonl", tmp_path / "target.jsonl"
    text = "а" * 500 + r".\n\nБ" + "в" * 500
    source.write_bytes(damaged(lambda messages: messages[2].update(content=text)))

    (change,) = repair(source, target).changes

    assert r"а.\n\nБв" in change.before
    assert "а.↵↵Бв" in change.after


def test_pretest_misses_nothing():
    """The cheap look before the others is no narrower than they are."""
    for encoding in ONE_BYTE:
        for text in (RUSSIAN, "Что ты слышишь в тишине?", "don’t"):
            assert may_be_mojibake(read_as(text.encode(), encoding))
