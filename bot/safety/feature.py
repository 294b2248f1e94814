"""Safety: a person who may be in danger gets help, whatever a model says."""

from dataclasses import dataclass

from bot.edge.core import Core
from bot.edge.feature import Feature, Worker
from bot.safety.calls import Calls
from bot.safety.cards import Cards
from bot.safety.entities import SafetyKind
from bot.safety.handlers import SafetyHandlers
from bot.safety.help import Help
from bot.safety.lookout import Lookout
from bot.safety.notes import Notes
from bot.safety.notes_store import NotesStore
from bot.safety.notifications import SafetyNotifications
from bot.safety.store import DangerStore, forget_dangers


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyFeature(Feature):
    """What other features may use of it."""

    store: DangerStore
    lookout: Lookout
    help: Help


def build(core: Core) -> SafetyFeature:
    """Put help together: it looks at updates before, and stands around, all other features."""
    store, notes_store = DangerStore(core.database), NotesStore(core.database)
    cards = Cards(texts_for=core.texts_for, help_lines_in=core.settings.help_lines_in)
    notes = Notes(store=notes_store, notifications=core.notifications)
    lookout = Lookout(
        database=core.database,
        store=store,
        outbox=core.outbox,
        people=core.people,
        cards=cards,
        notes=notes,
    )
    handlers = SafetyHandlers(
        store=store,
        lookout=lookout,
        help=Help(store=store, outbox=core.outbox, cards=cards),
        calls=Calls(database=core.database, store=store, notifications=core.notifications),
        notes=notes,
    )
    told = SafetyNotifications(people=core.people, store=store)
    return SafetyFeature(
        name="safety",
        store=store,
        lookout=lookout,
        help=handlers.help,
        intake=lookout.look,
        around=handlers.around,
        presses={
            "safety:call": handlers.ask_call,
            "safety:called": handlers.call,
            "safety:not_called": handlers.call_not,
        },
        admin_presses={"safety:overview": handlers.overview, "safety:notes": handlers.set_notes},
        notifications={SafetyKind.NOTE: told.note, SafetyKind.CALL: told.call},
        workers=[Worker(start=lookout.start)],
        forgets=forget_dangers,
    )
