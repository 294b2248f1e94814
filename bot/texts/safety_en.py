"""Help for people in danger, in English. Numbers come from the settings and stand in no text."""

from typing import Final

SAFETY: Final[dict[str, str]] = {
    # The card: what to do first, by kind of danger; below it the numbers
    "danger_first_suicide": (
        "<b>Please don't stay alone with this.</b> Call someone over right now, or go where people "
        "are, and say it out loud: “I'm thinking about dying.”"
    ),
    "danger_first_self_harm": (
        "<b>Put whatever could hurt you out of reach,</b> and ask someone to stay with you. If you "
        "are bleeding, press a clean cloth on the wound and call an ambulance."
    ),
    "danger_first_overdose": (
        "<b>Call an ambulance now, don't wait to feel worse.</b> Say what was taken, how much and "
        "when. Don't make yourself vomit, and don't stay alone."
    ),
    "danger_first_violence": (
        "<b>If you can, get to where there are people:</b> a neighbour, a shop, a busy street, and "
        "call from there. If you can't leave, call quietly and say your address first."
    ),
    "danger_first_child": (
        "<b>A child in danger needs an adult right now.</b> Go to one you trust and tell them "
        "everything. If it's happening now, get to other people and call. It is never the child's "
        "fault."
    ),
    "danger_first_others": (
        "<b>Go somewhere you can't hurt anyone,</b> leave anything dangerous behind, and tell "
        "someone plainly that you are afraid of losing control."
    ),
    "danger_first_medical": (
        "<b>Call an ambulance now, don't wait for it to pass.</b> Unlock the front door, sit or "
        "lie down. If it's someone else, don't leave them alone."
    ),
    "danger_first_psychosis": (
        "<b>This needs a doctor today.</b> Stay with someone you trust. If voices tell you to hurt "
        "yourself or anyone else, don't obey them and call right away."
    ),
    "danger_first_starving": (
        "<b>Fainting, chest pain, an uneven heartbeat: call an ambulance at once.</b> If there is "
        "none of that, tell someone close and a doctor about the eating today."
    ),
    "danger_first_unnamed": (
        "<b>If you or somebody near you is in danger, don't wait:</b> go where people are, and "
        "call. If everything is all right, these numbers can simply stay here."
    ),
    "danger_line": "{number} — {name}",
    "danger_program": "Natasha is a program and can't come to you. People can.",
    "button_call_people": "Call people from the team",
    # Around it
    "danger_below": "The numbers to call are below.",
    "danger_silent": (
        "Natasha can't answer right now. Don't wait for her: people answer at the numbers above."
    ),
    "danger_silent_here": "Natasha can't answer right now. Don't wait for her, call people.",
    "danger_again": "Call people, they can come to you: {numbers}.",
    "danger_to_model": (
        "This person may be in danger: speak plainly and directly, without images or jokes, ask "
        "straight out whether they are safe right now, give no diagnosis, name no medicines, and "
        "first of all send them to people nearby and to these numbers: {numbers}."
    ),
    "error_answer_not_rated": "This is a conversation about help: it isn't rated or learnt from.",
    # The call for people
    "danger_call_ask": (
        "The admins of this bot will see your name, your Telegram ID and your messages of the last "
        "24 hours that I answered with numbers to call. Call them?"
    ),
    "button_call_people_yes": "Call them",
    "button_call_people_no": "No",
    "danger_call_done": (
        "The admins were sent a message at {when}. Nobody knows when they will answer: no one is "
        "on duty in this chat. If you are in danger, call the numbers and don't wait."
    ),
    "danger_call_lately": (
        "The admins were already sent a message, at {when}. Nobody knows when they will answer: no "
        "one is on duty in this chat. If you are in danger, call the numbers and don't wait."
    ),
    "danger_call_left": "All right, nobody is shown anything. You can always call the numbers.",
    # For admins
    "danger_called": (
        "🆘 <b>{name}</b> is calling for people from the team and may be in danger.\n"
        "ID: {mention}\n"
        "Write to them now: what is happening, who is with them? If a life is at risk, call for "
        "help."
    ),
    "danger_called_words": "<blockquote expandable>{text}</blockquote>",
    "danger_called_unsaid": "This person's words are no longer here.",
    "danger_note": (
        "Someone may be in trouble: the bot showed the numbers to call. There is no name and there "
        "are no words here; the person can call for you."
    ),
    "danger_hidden": "<i>hidden: a conversation about help</i>",
    "quality_dangers": "🆘 Numbers to call were shown: {lately} in 7 days, {n} in all.",
    "button_dangers": "Conversations about help ({n})",
    "danger_overview": (
        "<b>Conversations about help</b>\n"
        "Messages that the bot answered with numbers to call: {lately} in 7 days, {n} in all.\n\n"
        "Who it was and what they said stays hidden until they call for people from the team. Such "
        "conversations are not rated, nothing is learnt from them, and /export leaves them out."
    ),
    "danger_notes_off": (
        "You get no notes. If you turn them on, the bot tells you without a sound that someone may "
        "be in trouble: no name, no words, at most once an hour."
    ),
    "danger_notes_on": (
        "You get notes without a sound when someone may be in trouble: no name, no words, at most "
        "once an hour."
    ),
    "button_danger_notes_start": "Turn notes on",
    "button_danger_notes_stop": "Turn notes off",
    # Privacy
    "danger_kind_suicide": "thoughts of death",
    "danger_kind_self_harm": "self-harm",
    "danger_kind_overdose": "poisoning",
    "danger_kind_violence": "violence",
    "danger_kind_child": "a child in danger",
    "danger_kind_others": "danger to others",
    "danger_kind_medical": "a medical emergency",
    "danger_kind_psychosis": "voices or being followed",
    "danger_kind_starving": "not eating",
    "danger_kind_unnamed": "something worrying",
    "privacy_danger": "{kind} — {n} (last on {last})",
    "privacy_dangers": (
        "Marks on messages that I answered with numbers to call: {kinds}. They hold no words. "
        "Admins can't see such conversations in the bot until you call for them."
    ),
    "privacy_called": (
        "You called for people from the team: what the admins saw then stays in their chats."
    ),
    "privacy_file_danger": "Numbers to call were shown: {kind}",
}
