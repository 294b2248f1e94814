"""Examples from a chat in English: who is Natasha, samples, the decision."""

from typing import Final

IMPORT: Final[dict[str, str]] = {
    "import_who": (
        "<b>I have the chat.</b> Messages with words: {n}\n\n"
        "It holds other people's words. You may train on them only if everyone who writes here "
        "agrees: the model may repeat to anybody what was said, and the examples go to the "
        "provider. I hide phones, mail addresses, @names and links; names inside of messages "
        "stay.\n\n"
        "I delete the file itself right after your decision, within a day at the latest.\n\n"
        "<b>Who answers as Natasha here?</b>"
    ),
    "import_nobody": "deleted account",
    "button_import_who": "{name} · {n}",
    "import_samples": (
        "<b>{name} is Natasha. Examples: {n}</b>\nHidden phones, addresses, names and links: "
        "{hidden}"
    ),
    "import_without": "Left out:",
    "import_left_danger": "• words of a person who may be in danger — {n}",
    "import_left_secret": "• keys and passwords — {n}",
    "import_left_unreadable": "• control characters — {n}",
    "import_left_empty": "• nothing but what is hidden — {n}",
    "import_left_repeated": "• repetitions — {n}",
    "import_some": "\n<b>Some of them.</b> Read them: this is how she will learn to answer.",
    "import_sample": "\n<i>{question}</i>\n— {answer}",
    "import_none": (
        "<b>{name}</b>: not one question with an answer. An answer is what was written within a "
        "day after the question, in words of their own. Perhaps Natasha is somebody else here?"
    ),
    "button_import_take": "Take them, examples: {n}",
    "button_import_other": "No: somebody else",
    "button_import_drop": "Don't take it",
    "import_dropped": "Not taken. The file and everything made of it are deleted.",
    "import_made": "✅ Version {number} was made from the chat. The original file is deleted.",
    "import_gathering": (
        "<b>Gathering a chat.</b> Forward messages to me in their order: people's questions and "
        "Natasha's answers. Then press “Done” here.\n\n"
        "Forward only the words of people who agree. What you forward is not taken as questions: "
        "the model will not see it. If you don't press “Done” within an hour, what was gathered is "
        "deleted.\n\n"
        "Gathered: {n}"
    ),
    "import_gathering_already": "Gathering already: forward messages, then press “Done” there.",
    "button_import_done": "Done",
    "versions_origin_imported": "from a chat: {who}",
    "error_import_gone": (
        "That chat has already been decided on, or its time is up. Start again: /datasets."
    ),
    "error_no_conversation": (
        "Fewer than two people write here, and I need both questions and answers: send a chat "
        "with both sides."
    ),
    "error_chat_broken": (
        "The file of the chat is cut or damaged (line {line}). Download it again, or export the "
        "chat again: Telegram on a computer, “Export chat history”, “Machine-readable JSON”."
    ),
    # In the terminal
    "import_ask": "Who is Natasha here? A number or a name: ",
    "import_speaker": "{number}. {name} — messages: {n}",
    "import_consent": (
        "The chat holds other people's words: train on them only if everyone who writes agrees."
    ),
    "import_written": "Written to {path}. Send this file to the bot, or name it in DATASET_PATH.",
    "error_no_such_speaker": "Nobody in this chat is called “{name}”. There are: {names}",
    "error_no_pairs": "{name}: not one question with an answer, so no file is written.",
}
"""What may be said about imports, by key."""
