"""What a dataset holds, in numbers."""

from bot.domain.datasets import TrainingMethod, ValidationReport
from bot.texts import Markup, Texts, shortened

SHOWN_TURNS = 10
SHOWN_THEMES = 10
THEME_UNITS = 40


def number_lines(texts: Texts, found: ValidationReport) -> list[str]:
    """Kind, themes, answers, tokens, system prompts, turns and size, a line each."""
    lines = []
    if found.method is TrainingMethod.DPO:
        lines.append(texts("dataset_kind_dpo"))
    lines += _themes(texts, found) + _answers(texts, found)
    if found.tokens is not None:
        lines.append(
            texts(
                "dataset_tokens",
                total=texts.number(found.tokens.total),
                smallest=texts.number(found.tokens.smallest),
                largest=texts.number(found.tokens.largest),
                median=texts.number(found.tokens.median),
                p95=texts.number(found.tokens.p95),
            )
        )
        lines.append(_prompts(texts, found))
    lines += _turns(texts, found)
    lines.append(
        texts(
            "dataset_size",
            n_messages=texts.number(found.n_messages),
            size=texts.number(found.size_bytes / 1024),
        )
    )
    return lines


def _prompts(texts: Texts, found: ValidationReport) -> str:
    prompts = found.system_prompts
    if len(prompts) == 1:
        return texts("dataset_prompt_none" if "" in prompts else "dataset_prompt_one")
    most = max(prompts.values(), default=0)
    return texts("dataset_prompt_many", n=texts.number(len(prompts)), share=texts.number(most))


def _turns(texts: Texts, found: ValidationReport) -> list[str]:
    """Said only where examples are more than one question with its answer."""
    if set(found.turns) <= {1}:
        return []
    shown = [
        texts("dataset_turn", n=n, examples=texts.number(count))
        for n, count in list(found.turns.items())[:SHOWN_TURNS]
    ]
    return [texts("dataset_turns", turns=Markup(", ".join(shown)))]


def _answers(texts: Texts, found: ValidationReport) -> list[str]:
    if found.answer_characters is None:
        return []
    return [
        texts(
            "dataset_answers",
            smallest=texts.number(found.answer_characters.smallest),
            median=texts.number(found.answer_characters.median),
            largest=texts.number(found.answer_characters.largest),
            asking=_percent(
                found.n_questioning, sum(n * count for n, count in found.turns.items())
            ),
        )
    ]


def _themes(texts: Texts, found: ValidationReport) -> list[str]:
    """By name as people noted them, or the few that were guessed."""
    if not found.themes:
        return []
    n = sum(found.themes.values())
    shown = [
        texts(
            "dataset_theme",
            theme=shortened(theme, THEME_UNITS)
            if found.themes_noted
            else texts(f"dataset_theme_{theme or 'other'}"),
            share=_percent(count, n),
        )
        for theme, count in list(found.themes.items())[:SHOWN_THEMES]
    ]
    if len(found.themes) > SHOWN_THEMES:
        shown.append(texts("dataset_more", n=len(found.themes) - SHOWN_THEMES))
    key = "dataset_themes" if found.themes_noted else "dataset_themes_guessed"
    return [texts(key, themes=Markup(", ".join(shown)))]


def _percent(part: int, whole: int) -> int:
    return round(100 * part / whole) if whole else 0
