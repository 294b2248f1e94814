"""Which texts the code asks for: read from its syntax tree, so that a misspelt key is found here.

A key reaches `Texts` as the first argument of `texts(...)` or `texts.plain(...)` (`self(...)` in
`Texts` itself), or through one of a few functions of ours that pass it on (`SPEAKERS`). There it
stands as a literal, as an f-string with a known beginning (`FAMILIES`), or as a name that was given
such a value in the same function.
"""

import ast
import inspect
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from bot import errors
from bot.access.invitations import InvitationOutcome
from bot.access.outside_views import STARTERS
from bot.catalogue import load_catalogue
from bot.comparison.entities import Vote
from bot.dataset.repair import REPAIRABLE
from bot.dataset.validation.tables import all_rules
from bot.delivery.messages import Unread
from bot.domain.datasets import DatasetOrigin
from bot.domain.training import JobStatus
from bot.edge.menus import ADMINS, TESTERS
from bot.editing.entities import EditKind
from bot.export import LeftOut
from bot.heart.facts import TOLD
from bot.importing.entities import Unfit
from bot.models.doubts import DoubtKind
from bot.ratings.entities import Complaint
from bot.ratings.quality import ShareChange
from bot.safety.entities import DangerKind
from bot.texts import LANGUAGES
from bot.training.remarks import RemarkKind
from bot.training.remedies import Remedy, Step
from bot.trials.entities import Verdict
from bot.trials.probe_rules import PROBE_RULES
from bot.trials.verdict import REASONS
from bot.trials.views import ModelUse
from bot.welcome.settings_views import SOUNDS
from bot.welcome.views import HELP, HELP_SECTIONS
from tests.drift.project import sources, tree

KEYS = LANGUAGES["ru"].messages.keys()

SPEAKERS = {
    "plain": 1, "button": 1, "_say": 1, "_argument": 1, "say": 0, "say_here": 0, "say_above": 0,
}  # fmt: skip
"""Functions that hand a key on, with the place of that argument. A button adds its prefix."""
KNOW_THEIR_PARAMETERS = ("_say", "_argument")
"""Those of them that do not get the text's parameters from their callers."""


def error_leaves() -> dict[str, type[errors.UserError]]:
    """Every error that a person may be told, by the name of its class."""
    bases = (errors.UserError, errors.ProviderError)
    return {
        name: found
        for name, found in inspect.getmembers(errors, inspect.isclass)
        if issubclass(found, errors.UserError) and found not in bases
    }


SOUND_CHOICES = {
    f"{'admin' if is_admin else 'tester'}_{each.name.lower()}"
    for is_admin, sounds in SOUNDS.items()
    for each in sounds
}
FAMILIES: dict[str, Collection[str]] = {
    "import_left_": set(Unfit),
    "error_": {leaf.key.removeprefix("error_") for leaf in error_leaves().values()},
    "dataset_theme_": {"growth", "relationships", "business", "past_lives", "hard_moment", "other"},
    "versions_origin_": {*DatasetOrigin, "exported_with"},
    "derived_": {"epochs", "multiplier", "model", "same", "dataset"},
    "ending_": {"ready", "trained", "failed", "cancelled"},
    "edit_was_": set(EditKind),
    "export_left_": set(LeftOut),
    "danger_first_": set(DangerKind),
    "danger_kind_": set(DangerKind),
    "finding_": {*all_rules(), "leak"},
    "button_part_": {"model", "epochs", "multiplier", "suffix"},
    "button_preset_": set(load_catalogue().presets),
    "preset_": set(load_catalogue().presets),
    "button_remedy_": set(Remedy),
    "button_starter_": set(STARTERS),
    "unread_": {"beside", *(kind.value for kind in Unread)},
    "button_step_": set(Step),
    "button_vote_": set(Vote),
    "code_": {
        outcome for outcome in InvitationOutcome if outcome is not InvitationOutcome.ADMITTED
    },
    "complaint_": set(Complaint),
    "choose_": {"model", "epochs", "multiplier", "suffix"},
    "mend_": set(REPAIRABLE),
    "number_": {"ceiling", "limit"},
    "placeholder_": {"ceiling", "limit"},
    "prompt_": {"ceiling", "limit"},
    "repair_role_": {"system", "user", "assistant", "other"},
    "loss_fell_": {"2", "3", "4", "times", "more", "percent"},
    "settings_sound_": SOUND_CHOICES,
    "button_sound_": SOUND_CHOICES,
    "heart_": {*TOLD, "well"},
    "help_": {*HELP_SECTIONS, HELP, "tester"},
    "button_help_": set(HELP_SECTIONS),
    "menu_": {*ADMINS, *TESTERS},
    "quality_change_": set(ShareChange),
    "refusal_": {key.removeprefix("refusal_") for key in KEYS if key.startswith("refusal_")},
    "remedy_": set(Remedy),
    "trial_standing_": {use.value for use in ModelUse if use is not ModelUse.OFFERED},
    "verdict_": {*REASONS, *(f"word_{verdict.value}" for verdict in Verdict)},
    "probe_rule_": set(PROBE_RULES),
    "voice_": {
        "title",
        "silent",
        "fine",
        "asks",
        "asks_always",
        "check",
        "leave",
        "first",
        "first_long",
        "other",
        "others",
    },
    "verdict_word_": {verdict.value for verdict in Verdict},
    "status_": {status.value for status in JobStatus},
    "use_doubt_": {kind.value for kind in DoubtKind},
    "words_": {kind.value for kind in RemarkKind},
}
"""Beginnings of keys that are put together, with every ending that may come.

A provider's code that has no text of its own is said by `refusal_other` or `refusal_silent`, so
the texts themselves say which endings there are.
"""


@dataclass(frozen=True, slots=True)
class Use:
    """A place where a text is asked for."""

    key: str
    """Of a put-together key only the beginning, up to its underscore."""
    place: str
    is_plain: bool
    """Said where no HTML is understood."""
    given: frozenset[str] | None
    """Names of the parameters; None where they can't be told."""


def uses() -> list[Use]:
    """Every use of a text in `bot`."""
    return [
        use
        for path in sources("bot")
        for function in _functions(tree(path))
        for use in _in_function(path, function)
    ]


def _functions(module: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def _in_function(path: Path, function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[Use]:
    for node in ast.walk(function):
        if not isinstance(node, ast.Call):
            continue
        found = _key_of(node)
        if found is None:
            continue
        argument, prefix, is_plain = found
        for key in _values(argument, function):
            yield Use(
                key=prefix + key,
                place=f"{path}:{node.lineno}",
                is_plain=is_plain,
                given=_given(node),
            )


def _key_of(call: ast.Call) -> tuple[ast.expr, str, bool] | None:
    """(the key's expression, what is put before it, whether it is said without HTML)."""
    match call.func:
        case ast.Name("texts" | "self") | ast.Attribute(attr="texts"):
            return (call.args[0], "", False) if call.args else None
        case ast.Attribute(value=holder, attr="plain") if _is_texts(holder):
            return call.args[0], "", True
        case ast.Name(name) | ast.Attribute(attr=name) if name in SPEAKERS:
            prefix = "button_" if name == "button" else ""
            place = SPEAKERS[name]
            return (call.args[place], prefix, bool(prefix)) if len(call.args) > place else None
    return None


def _is_texts(holder: ast.expr) -> bool:
    match holder:
        case ast.Name("texts") | ast.Attribute(attr="texts"):
            return True
        case ast.Call(func=function):
            return _is_texts(function)
    return False


def _values(argument: ast.expr, function: ast.AST) -> Iterator[str]:
    """What the expression may be: literals, choices, beginnings, and names that hold these."""
    match argument:
        case ast.Constant(str(key)):
            yield key
        case ast.IfExp(body=yes, orelse=no):
            yield from _values(yes, function)
            yield from _values(no, function)
        case ast.JoinedStr(values=[ast.Constant(str(beginning)), *_]):
            yield beginning
        case ast.Name(name):
            for value in _given_to(name, function):
                yield from _values(value, function)


def _given_to(name: str, function: ast.AST) -> Iterator[ast.expr]:
    """The expressions that a local name gets: by assignment, or in a loop over a literal."""
    for node in ast.walk(function):
        match node:
            case ast.Assign(targets=[ast.Name(target)], value=value) if target == name:
                yield value
            case ast.For(target=ast.Tuple(elts=targets), iter=ast.Tuple(elts=rows)):
                names = [target.id for target in targets if isinstance(target, ast.Name)]
                if name in names:
                    place = names.index(name)
                    yield from (row.elts[place] for row in rows if isinstance(row, ast.Tuple))


def _given(call: ast.Call) -> frozenset[str] | None:
    match call.func:
        case ast.Name(name) | ast.Attribute(attr=name) if name in KNOW_THEIR_PARAMETERS:
            return None
    names = [keyword.arg for keyword in call.keywords]
    return None if None in names else frozenset(name for name in names if name)
