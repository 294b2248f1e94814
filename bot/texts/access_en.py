"""Requests to join, people, invitations and privacy, in English."""

from typing import Final

PEOPLE: Final[dict[str, str]] = {
    # For people without access
    "door_stranger": (
        "This is a private bot: a coaching program called Natasha is trained and tested here.\n"
        "Your Telegram ID: <code>{id}</code> (not a phone number)\n"
        "If you are in crisis or in danger, call 112 (or your local emergency number)."
    ),
    "door_may_ask": "You need an invitation, or you can ask for access.",
    "door_waiting": "The administrators have your request. I'll write when they decide.",
    "door_denied": "You haven't been let in for now. You can ask again on {when}.",
    "door_blocked": "Access is closed. Only an administrator can open it.",
    "door_no_access": "You have no access at the moment. /start says what you can do.",
    "people_later": "The list of people is below.",
    "door_inside": "You're already in. Just write to Natasha.",
    "door_removed": (
        "An administrator has closed your access, so Natasha won't answer. If you are in crisis or "
        "in danger, call 112 (or your local emergency number)."
    ),
    "door_group": "I only talk one to one, so I'm leaving this group. Write to me in private.",
    "door_busy": (
        "More messages came in than I can read ({limit} in a row), so I skipped some. Please wait "
        "for the answer, then send what matters again. If you are in crisis or in danger, call 112 "
        "(or your local emergency number)."
    ),
    "button_ask_in": "Ask for access",
    "code_used": "This invitation has already been used: each one lets one person in.",
    "code_expired": "This invitation is no longer valid. Ask for a new one.",
    "code_unknown": "There is no such invitation. Please check that you copied the whole link.",
    "code_closed": "This invitation won't let you in. You can ask for access here: /start",
    "spare_code": "You're already in. The invitation is still unused: you can forward it.",
    # Requests to join
    "join_request": "🚪 <b>{name}</b> is asking for access.\nID: {mention}",
    "join_flood": (
        "More than {limit} requests for access today: I'll stop writing about each one. They are "
        "all on the list."
    ),
    "join_was_admitted": "<b>{name}</b>: access granted.\nDecided by {by}, {when}",
    "join_was_denied": "<b>{name}</b>: denied.\nDecided by {by}, {when}",
    "join_denied": (
        "An administrator hasn't let you in for now. You can ask again later: /start. If you are "
        "in crisis or in danger, call 112 (or your local emergency number)."
    ),
    "access_closed": (
        "An administrator has closed your access. /privacy shows what is stored about you. If you "
        "are in crisis or in danger, call 112 (or your local emergency number)."
    ),
    "button_let_in": "Let in",
    "button_deny": "Deny",
    "button_card": "Details",
    # Invitations
    "invitation": (
        "An invitation to talk with Natasha, a program that is learning to be a coach (18+):\n"
        "{link}\n"
        "The link lets one person in and works until {when}.\n"
        "Natasha is not a doctor. If you are in crisis or in danger, call 112 (or your local "
        "emergency number)."
    ),
    "invitation_words": (
        "I invite you to talk with Natasha, a program that is learning to be a coach (18+). The "
        "link lets one person in. Natasha is not a doctor. If you are in crisis or in danger, call "
        "112 (or your local emergency number)."
    ),
    "button_share": "Share",
    "invitation_how": "☝️ Forward this message to the person you are inviting.",
    "invitations_title": "<b>Open invitations</b>",
    "invitations_line": "No. {id} · {name} · until {when}",
    "invitations_none": "There are no open invitations. The button below makes one.",
    "invitation_used": "Somebody joined with invitation {id}: <b>{name}</b>\nID: {mention}",
    "button_invite": "Invite",
    "button_invitations": "Invitations",
    "button_withdraw": "Withdraw no. {id}",
    # People
    "people_title": "<b>People</b>",
    "people_outside": "<b>Not let in</b>",
    "people_outside_none": (
        "Nobody is asking for access, and nobody was denied. To invite somebody: /invite"
    ),
    "people_line": (
        "{name} · {role}\nLast seen: {seen} · answers: {today} today, {total} total · {price}"
    ),
    "people_line_outside": "{name} · {state}\nLast seen: {seen}",
    "people_prices": "<i>{provider}'s prices as of {day}.</i>",
    "people_prices_elsewhere": "<i>I don't know the prices of {host}, so there are no amounts.</i>",
    "people_prices_own_machine": (
        "<i>Models answer on this machine: the server charges nothing itself.</i>"
    ),
    "role_admin": "administrator",
    "role_tester": "tester",
    "outside_asks": "asking for access",
    "outside_denied": "denied",
    "outside_removed": "access closed",
    "outside_blocked": "can't ask",
    "seen_never": "never",
    "person_title": "<b>{name}</b> · {role}\nID: {mention}\nLast seen: {seen}",
    "person_first_seen": "First seen: {day}",
    "person_admitted": "Let in: {day}, by {by}",
    "person_removed": "Access closed: {day}",
    "person_fixed_admin": "From the settings (ADMIN_IDS): can only be removed there.",
    "person_fixed_tester": "From the settings (TESTER_IDS): can only be removed there.",
    "person_today": "Today: answers: {n} · {price}",
    "person_total": "Total: answers: {n} · tokens: {tokens} · {price}",
    "person_limit": "Answers per day: {limit} at most",
    "person_limit_default": "Answers per day: {limit} at most (default)",
    "person_limit_none": "Answers per day: unlimited",
    "person_ask_remove": (
        "Close access for <b>{name}</b>? The bot will stop answering at once. Their conversations "
        "stay until they delete them."
    ),
    "button_people": "People",
    "button_outside": "Not let in",
    "button_model_usage": "Usage by model",
    "button_limit_default": "Default",
    "button_limit_none": "No limit",
    "button_remove": "Close access",
    "button_remove_yes": "Yes, close it",
    "button_remove_no": "No",
    "button_block": "Forbid asking",
    "button_unblock": "Allow asking",
    # What it costs
    "usage_title": "<b>Usage by model</b>",
    "usage_today": "Today: answers: {n} · {price}",
    "usage_total": "Total: answers: {n} · {price}",
    "usage_line": "<b>{model}</b>\nanswers: {n} · tokens: {tokens} · {price}",
    "usage_none": "Nobody has asked anything yet. To invite people: /invite",
    "usage_estimated": (
        "<i>~ means that the bot counted some of the tokens: the provider did not report them "
        "all.</i>"
    ),
    "price_unknown": "price unknown",
    "price_partly": "{price}, plus answers without a price: {n}",
    # The daily limit
    "limit_all": "Answers per day and person: {limit}",
    "limit_all_none": "Answers per day and person: unlimited",
    "limit_all_how": (
        "This goes for all testers but those who have a limit of their own in /people. Admins have "
        "no limit."
    ),
    "number_limit": "Answers per day",
    "prompt_limit": "How many answers may one person get in a day? Reply with a number.",
    "placeholder_limit": "For example, 30",
    "button_limit_all": "Answers per day",
    "button_limit_own": "Another number",
    "zone_moscow": "Moscow time",
    "zone_other": "{zone} time",
    # Privacy
    "privacy_title": "<b>What is stored about you</b>",
    "privacy_person": "Name, Telegram ID, language, first and last visit ({seen}).",
    "privacy_words": (
        "Conversations: {conversations}, questions with answers: {turns}, since {since}."
    ),
    "privacy_no_words": "No conversations.",
    "privacy_opinions": (
        "Ratings of answers: {ratings}, your own versions of answers: {corrections}. Models are "
        "judged by them and may be trained on them."
    ),
    "privacy_counts": "How many answers and tokens per day: numbers, no words.",
    "privacy_provider": (
        "The model runs at a provider ({host}). It gets your question and the latest messages of "
        "the conversation, without your name or ID. The bot's administrators can read what is "
        "stored."
    ),
    "privacy_kept": (
        "“Delete” erases your conversations, ratings and versions of answers.\n"
        "What stays: numbers, your ID, decisions about access; backups until newer ones replace "
        "them; what has become part of a dataset; what the provider keeps. The bot's logs hold "
        "none of your words."
    ),
    "privacy_ask": (
        "Delete all your conversations, ratings and versions of answers? Natasha will forget what "
        "you talked about. This can't be undone."
    ),
    "privacy_done": (
        "Deleted. Your conversations are no longer here. You can delete the messages in this chat "
        "in Telegram."
    ),
    "privacy_left": "All right, nothing was deleted.",
    "privacy_caption": "All your words that are stored here. Only you can see this file.",
    "privacy_file_person": (
        "ID: {id}\nName: {name}\nLanguage: {language}\nFirst seen: {first}\nLast seen: {seen}"
    ),
    "privacy_file_usage": "{model}: answers: {n}, tokens: {tokens}",
    "privacy_file_cut": "These are the newest: {n} of {total}.",
    "privacy_file_talk": "— Conversation, {when} —",
    "privacy_file_turn": "You ({when}): {question}\n\nNatasha: {answer}",
    "privacy_file_rating": "Your rating: {mark}",
    "privacy_file_complaint": "What was wrong: {reason}",
    "privacy_file_correction": "What Natasha should have said, in your words: {text}",
    "button_show": "Show",
    "button_forget": "Delete",
    "button_forget_yes": "Yes, delete",
    "button_forget_no": "No, keep them",
    # Errors
    "error_daily_limit_reached": (
        "That's all for today (answers per day: {limit}). New ones after midnight, {zone}. If you "
        "are in crisis or in danger, call 112 (or your local emergency number)."
    ),
    "error_daily_budget_spent": (
        "That's all for today: the budget for answers is spent. Ask again tomorrow: the new day "
        "begins at midnight, {zone}. If you are in crisis or in danger, call 112 (or your local "
        "emergency number)."
    ),
    "error_daily_budget_reached": (
        "That's all for today: answers cost {spent}, and the budget for a day is {budget} "
        "(DAILY_BUDGET_USD in .env). The new day begins at midnight, {zone}. People in danger "
        "still get answers."
    ),
    "error_person_fixed": (
        "{name}: access comes from the settings (ADMIN_IDS or TESTER_IDS) and can only be removed "
        "there."
    ),
    "error_person_unknown": "I don't know that person. /people lists everyone here.",
    "error_too_many_invitations": (
        "{limit} invitations are already open. Withdraw some before making another."
    ),
}
"""What may be said about who comes in, by key."""
