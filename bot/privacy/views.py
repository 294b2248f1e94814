"""What is stored about a person, for that person."""

from collections.abc import Sequence

from bot.delivery.screen import Attachment, Screen, rows
from bot.domain.people import PersonProfile
from bot.edge.buttons import button, data_of
from bot.edge.who import moment, seen
from bot.privacy.entities import StoredTurn, StoredWords
from bot.ratings.entities import Rating
from bot.ratings.views import complaint_label
from bot.texts import LANGUAGE_NAMES, Texts
from bot.usage.accounts import Bill


def overview(texts: Texts, profile: PersonProfile, words: StoredWords, *, host: str) -> Screen:
    """In plain words: what there is, where it goes, what can be deleted."""
    said = (
        texts(
            "privacy_words",
            conversations=texts.number(words.n_conversations),
            turns=texts.number(words.n_turns),
            since=texts.moment(words.since),
        )
        if words.since is not None
        else texts("privacy_no_words")
    )
    lines = [
        texts("privacy_title"),
        texts("privacy_person", seen=seen(texts, profile.last_seen_at)),
        said,
        *_opinions(texts, words),
        texts("privacy_counts"),
        "",
        texts("privacy_provider", host=host),
        "",
        texts("privacy_kept"),
    ]
    return Screen(
        text="\n".join(lines),
        buttons=rows(
            [
                button(texts, "show", data_of("privacy", "get")),
                button(texts, "forget", data_of("privacy", "forget")),
            ]
        ),
    )


def _opinions(texts: Texts, words: StoredWords) -> list[str]:
    if not words.n_ratings and not words.n_corrections:
        return []
    ratings, corrections = texts.number(words.n_ratings), texts.number(words.n_corrections)
    return [texts("privacy_opinions", ratings=ratings, corrections=corrections)]


def ask_forget(texts: Texts) -> Screen:
    """Ask whether everything that was said is really to be deleted."""
    return Screen(
        text=texts("privacy_ask"),
        buttons=rows(
            [
                button(texts, "forget_yes", data_of("privacy", "forgotten")),
                button(texts, "forget_no", data_of("privacy", "keep")),
            ]
        ),
    )


def file_of(
    texts: Texts,
    profile: PersonProfile,
    turns: Sequence[StoredTurn],
    *,
    n_turns: int,
    usage: Sequence[tuple[str, Bill]],
) -> Screen:
    """Everything, as a file that a phone can show."""
    return Screen(
        text=texts("privacy_caption"),
        attachment=Attachment(
            name=f"natasha-{profile.person.id}.txt",
            text="\n\n".join(_parts(texts, profile, turns, n_turns=n_turns, usage=usage)),
        ),
    )


def _parts(
    texts: Texts,
    profile: PersonProfile,
    turns: Sequence[StoredTurn],
    *,
    n_turns: int,
    usage: Sequence[tuple[str, Bill]],
) -> list[str]:
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
    if len(turns) < n_turns:
        parts.append(texts.plain("privacy_file_cut", n=len(turns), total=n_turns))
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
    return parts


def _opinion(texts: Texts, rating: Rating) -> list[str]:
    said = []
    if rating.is_good is not None:
        mark = "👍" if rating.is_good else "👎"
        said.append(texts.plain("privacy_file_rating", mark=mark))
    if rating.complaint is not None:
        reason = complaint_label(texts, rating.complaint)
        said.append(texts.plain("privacy_file_complaint", reason=reason))
    if rating.correction is not None:
        said.append(texts.plain("privacy_file_correction", text=rating.correction))
    return said
