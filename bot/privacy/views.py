"""What is stored about a person, for that person."""

from collections.abc import Sequence

from bot.delivery.screen import Attachment, Screen, rows
from bot.domain.people import PersonProfile
from bot.edge.buttons import button, data_of
from bot.edge.who import moment, seen
from bot.privacy.entities import StoredDanger, StoredTurn, StoredWords
from bot.ratings.entities import Rating
from bot.ratings.views import complaint_label
from bot.texts import LANGUAGE_NAMES, Texts
from bot.usage.accounts import Bill


def overview(texts: Texts, profile: PersonProfile, words: StoredWords, *, host: str) -> Screen:
    """In plain words: what is stored, where it goes, what the person can delete."""
    conversations, turns = texts.number(words.n_conversations), texts.number(words.n_turns)
    ratings, corrections = texts.number(words.n_ratings), texts.number(words.n_corrections)
    lines = [
        texts("privacy_title"),
        texts("privacy_person", seen=seen(texts, profile.last_seen_at)),
    ]
    if words.since is not None:
        since = texts.moment(words.since)
        lines.append(texts("privacy_words", conversations=conversations, turns=turns, since=since))
    else:
        lines.append(texts("privacy_no_words"))
    if words.n_ratings or words.n_corrections:
        lines.append(texts("privacy_opinions", ratings=ratings, corrections=corrections))
    if words.dangers:
        kinds = ", ".join(_danger(texts, each) for each in words.dangers)
        lines.append(texts("privacy_dangers", kinds=kinds))
    if any(each.n_called for each in words.dangers):
        lines.append(texts("privacy_called"))
    lines += [
        texts("privacy_counts"),
        "",
        texts("privacy_provider", host=host),
        "",
        texts("privacy_kept"),
    ]
    show = button(texts, "show", data_of("privacy", "get"))
    forget = button(texts, "forget", data_of("privacy", "forget"))
    return Screen(text="\n".join(lines), buttons=rows([show, forget]))


def ask_forget(texts: Texts) -> Screen:
    """Ask whether to delete all words of the person."""
    yes = button(texts, "forget_yes", data_of("privacy", "forgotten"))
    no = button(texts, "forget_no", data_of("privacy", "keep"))
    return Screen(text=texts("privacy_ask"), buttons=rows([yes, no]))


def file_of(
    texts: Texts,
    profile: PersonProfile,
    turns: Sequence[StoredTurn],
    *,
    words: StoredWords,
    usage: Sequence[tuple[str, Bill]],
) -> Screen:
    """Everything, as a text file that a phone can show.

    *words* counts all stored turns; *turns* may be fewer.
    """
    person = profile.person
    parts = [
        texts.plain(
            "privacy_file_person",
            id=person.id,
            name=person.name,
            language=LANGUAGE_NAMES[texts.language],
            first=seen(texts, profile.first_seen_at),
            seen=seen(texts, profile.last_seen_at),
        )
    ]
    parts += [
        texts.plain("privacy_file_usage", model=model, n=bill.n_answers, tokens=bill.n_tokens)
        for model, bill in usage
    ]
    parts += [
        texts.plain("privacy_file_danger", kind=_danger(texts, each)) for each in words.dangers
    ]
    if len(turns) < words.n_turns:
        parts.append(texts.plain("privacy_file_cut", n=len(turns), total=words.n_turns))
    talk = None
    for turn in turns:
        when = moment(texts, turn.at)
        if turn.conversation_id != talk:
            talk = turn.conversation_id
            parts.append(texts.plain("privacy_file_talk", when=when))
        parts.append(
            texts.plain("privacy_file_turn", when=when, question=turn.question, answer=turn.answer)
        )
        parts += _opinion(texts, turn.rating)
    attachment = Attachment(name=f"natasha-{person.id}.txt", text="\n\n".join(parts))
    return Screen(text=texts("privacy_caption"), attachment=attachment)


def _danger(texts: Texts, danger: StoredDanger) -> str:
    return texts.plain(
        "privacy_danger",
        kind=texts.plain(f"danger_kind_{danger.kind}"),
        n=texts.number(danger.n),
        last=texts.moment(danger.last_at),
    )


def _opinion(texts: Texts, rating: Rating) -> list[str]:
    said = []
    if rating.is_good is not None:
        said.append(texts.plain("privacy_file_rating", mark="👍" if rating.is_good else "👎"))
    if rating.complaint is not None:
        reason = complaint_label(texts, rating.complaint)
        said.append(texts.plain("privacy_file_complaint", reason=reason))
    if rating.correction is not None:
        said.append(texts.plain("privacy_file_correction", text=rating.correction))
    return said
