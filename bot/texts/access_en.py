"""Requests to join, people, invitations and privacy, in English."""

from typing import Final

PEOPLE: Final[dict[str, str]] = {
    # For people without access
    "door_stranger": (
        "This is a private bot: a model called Natasha is trained and tried here.\n"
        "Your number: <code>{id}</code>"
    ),
    "door_may_ask": "An invitation lets you in. Or ask, and an administrator will decide.",
    "door_waiting": "The administrators have your request. I will write once they decide.",
    "door_denied": "You are not let in for now. You can ask again on {when}.",
    "door_blocked": "Access is closed. Only an administrator can open it.",
    "door_inside": "You are in already. Just write to Natasha.",
    "door_removed": "An administrator has closed your access, so there will be no answer.",
    "door_group": "I only talk one to one, so I am leaving this group. Write to me in private.",
    "door_busy": (
        "More messages came than I can read ({limit} in a row), and I skipped some. "
        "Please wait for the answer and send again what matters."
    ),
    "button_ask_in": "Ask for access",
    "code_used": "This invitation has been used: each lets one person in.",
    "code_expired": "This invitation is no longer valid. Ask for a new one.",
    "code_unknown": "There is no such invitation. Was the link copied whole?",
    "code_closed": "This invitation does not let you in.",
    "spare_code": "You are in already. The invitation is still unused: you can forward it.",
    # Requests to join
    "join_request": "🚪 <b>{name}</b> asks for access.\nNumber: {mention}",
    "join_flood": (
        "More than {limit} requests for access in a day: I stop writing about each. All of them "
        "are on the list."
    ),
    "join_was_admitted": "<b>{name}</b>: access granted.\nDecided by {by}, {when}",
    "join_was_denied": "<b>{name}</b>: denied.\nDecided by {by}, {when}",
    "join_denied": "An administrator does not let you in for now. You can ask again later: /start",
    "access_closed": "An administrator has closed your access. /privacy shows what is stored.",
    "button_let_in": "Let in",
    "button_deny": "Deny",
    "button_card": "Details",
    # Invitations
    "invitation": (
        "An invitation to talk with Natasha, a model that is learning to be a coach:\n{link}\n"
        "The link lets one person in and works until {when}."
    ),
    "invitation_how": "☝️ Forward that message to the person you invite.",
    "invitations_title": "<b>Open invitations</b>",
    "invitations_line": "No. {id} · {name} · until {when}",
    "invitations_none": "No invitation is open.",
    "invitation_used": "Somebody came in by invitation {id}: <b>{name}</b>\nNumber: {mention}",
    "button_invite": "Invite",
    "button_withdraw": "Withdraw no. {id}",
    # People
    "people_title": "<b>People</b>",
    "people_outside": "<b>Not let in</b>",
    "people_outside_none": "Nobody is asking, nobody was denied.",
    "people_line": (
        "{name} · {role}\nLast seen: {seen} · answers: {today} today, {total} in all · {price}"
    ),
    "people_line_outside": "{name} · {state}\nLast seen: {seen}",
    "people_prices": "<i>By {provider}'s prices of {day}.</i>",
    "people_prices_elsewhere": "<i>I do not know the prices of {host}, so there are no sums.</i>",
    "people_prices_own_machine": (
        "<i>Models answer on this machine: the server takes no money itself.</i>"
    ),
    "role_admin": "administrator",
    "role_tester": "tester",
    "outside_asks": "asks for access",
    "outside_denied": "denied",
    "outside_removed": "access closed",
    "outside_blocked": "may not ask",
    "seen_never": "not yet",
    "person_title": "<b>{name}</b> · {role}\nNumber: {mention}\nLast seen: {seen}",
    "person_first_seen": "First seen: {day}",
    "person_admitted": "Let in: {day}, by {by}",
    "person_removed": "Access closed: {day}",
    "person_fixed_admin": "From the settings (ADMIN_IDS): can be removed only there.",
    "person_fixed_tester": "From the settings (TESTER_IDS): can be removed only there.",
    "person_today": "Today: answers {n} · {price}",
    "person_total": "In all: answers {n} · tokens {tokens} · {price}",
    "person_limit": "Answers a day: at most {limit}",
    "person_limit_default": "Answers a day: at most {limit}, as for everybody",
    "person_limit_none": "Answers a day: any number",
    "person_ask_remove": (
        "Close access for <b>{name}</b>? The bot stops answering at once. Conversations stay until "
        "the person deletes them."
    ),
    "button_people": "People",
    "button_outside": "Not let in",
    "button_model_usage": "Usage by model",
    "button_limit_default": "As for all",
    "button_limit_none": "No limit",
    "button_remove": "Close access",
    "button_remove_yes": "Yes, close it",
    "button_remove_no": "No",
    "button_block": "Forbid asking",
    "button_unblock": "Allow asking",
    # What it costs
    "usage_title": "<b>Usage by model</b>",
    "usage_today": "Today: answers {n} · {price}",
    "usage_total": "In all: answers {n} · {price}",
    "usage_line": "<b>{model}</b>\nanswers {n} · tokens {tokens} · {price}",
    "usage_none": "Nobody has asked anything yet.",
    "usage_estimated": "<i>~ tokens: the server did not tell all, some are counted here.</i>",
    "price_unknown": "price unknown",
    "price_partly": "{price} and answers without a price: {n}",
    # The daily limit
    "zone_moscow": "Moscow time",
    "zone_other": "{zone} time",
    # Privacy
    "privacy_title": "<b>What is stored about you here</b>",
    "privacy_person": "Name, number, language, first and last visit ({seen}).",
    "privacy_words": (
        "Conversations: {conversations}, questions with answers: {turns}, since {since}."
    ),
    "privacy_no_words": "No conversations.",
    "privacy_opinions": (
        "Ratings of answers — {ratings}, your versions of answers — {corrections}. Models are "
        "judged by them, and may be trained on them."
    ),
    "privacy_counts": "How many answers and tokens on which day: numbers, no words.",
    "privacy_provider": (
        "The model answers at a provider ({host}). Your question and the conversation before it "
        "are sent there, without your name and number. The bot's administrators can read what is "
        "stored."
    ),
    "privacy_kept": (
        "“Delete” erases the conversations, ratings and your versions of answers. What stays: the "
        "numbers, your id and decisions about access; backups until newer ones replace them; what "
        "has become part of a dataset; and whatever the provider keeps. The bot's logs hold none "
        "of your words."
    ),
    "privacy_ask": (
        "Delete all your conversations, ratings and versions of answers? Natasha will forget what "
        "you talked about. This can't be undone."
    ),
    "privacy_done": (
        "Deleted. None of your conversations are here any more. The messages in this chat can be "
        "deleted in Telegram."
    ),
    "privacy_left": "All right, nothing is deleted.",
    "privacy_caption": "Everything in words that is stored about you. Only you see this file.",
    "privacy_file_person": (
        "Number: {id}\nName: {name}\nLanguage: {language}\nFirst seen: {first}\nLast seen: {seen}"
    ),
    "privacy_file_usage": "{model}: answers {n}, tokens {tokens}",
    "privacy_file_cut": "These are the newest: {n} of {total}.",
    "privacy_file_talk": "— Conversation, {when} —",
    "privacy_file_turn": "You ({when}): {question}\n\nNatasha: {answer}",
    "privacy_file_rating": "Your rating: {mark}",
    "privacy_file_complaint": "What is wrong: {reason}",
    "privacy_file_correction": "What Natasha would say, in your words: {text}",
    "button_show": "Show",
    "button_forget": "Delete",
    "button_forget_yes": "Yes, delete",
    "button_forget_no": "No, keep them",
    # Errors
    "error_daily_limit_reached": (
        "That is all for today: {limit} answers a day. The count starts anew at midnight, {zone}. "
        "Do come back, Natasha will be glad."
    ),
    "error_person_fixed": (
        "{name}: access comes from the settings (ADMIN_IDS or TESTER_IDS), and ends only there."
    ),
    "error_person_unknown": "I know nothing of that person. /people shows who is here.",
    "error_too_many_invitations": (
        "{limit} invitations are open already. Withdraw some, then you can make another."
    ),
}
"""What may be said about who comes in, by key."""
