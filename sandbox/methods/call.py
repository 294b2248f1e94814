"""What every method is given: the call, and what most of them read from it."""

from dataclasses import dataclass

from sandbox.bots import Bot
from sandbox.chats import Chat
from sandbox.detection import with_detected
from sandbox.errors import bad_request
from sandbox.files import StoredFile
from sandbox.html_text import parse
from sandbox.params import Params, Upload
from sandbox.shapes import Json
from sandbox.text import Formatted, checked_entities, clean, utf16_len
from sandbox.world import World

MAX_TEXT = 4096
MAX_CAPTION = 1024


@dataclass(frozen=True, slots=True)
class Call:
    """One call of one method by one bot."""

    world: World
    bot: Bot
    params: Params

    def open_chat(self, name: str = "chat_id") -> Chat:
        """The chat that the call names, where the bot may write.

        Raises:
            TelegramError: when there is none, or the bot may not.
        """
        chat = self.world.chat_for_bot(self.bot, self.params.chat_id(name))
        chat.check_bot_may_write()
        return chat

    def message_text(self) -> Formatted:
        """`text` with its formatting, 1-4096 characters after parsing.

        Raises:
            TelegramError: when it is empty, too long, or broken.
        """
        message = formatted(self.params.values, "text", "entities")
        if not message.text:
            raise bad_request("message text is empty")
        if utf16_len(message.text) > MAX_TEXT:
            raise bad_request("message is too long")
        return message

    def caption(self) -> Json:
        """`caption` as it stands in a message; nothing for an empty one."""
        return caption_of(self.params.values)

    def reply(self, chat: Chat) -> Json:
        """`reply_to_message` of the message to send, if it is a reply.

        Raises:
            TelegramError: when the message replied to is not there (and that was not allowed).
        """
        raw = self.params.get("reply_parameters")
        if raw is None:
            raw = {"message_id": self.params.get("reply_to_message_id")}
            raw["allow_sending_without_reply"] = self.params.flag("allow_sending_without_reply")
        if not isinstance(raw, dict):
            raise bad_request("object expected as reply parameters")
        if not (message_id := raw.get("message_id")):
            return {}
        try:
            message_id = int(message_id)
        except (TypeError, ValueError):
            raise bad_request('field "message_id" must be of type Number') from None
        if quoted := chat.quoted(message_id):
            return {"reply_to_message": quoted}
        if raw.get("allow_sending_without_reply"):
            return {}
        raise bad_request("message to be replied not found")

    def file(self, name: str) -> StoredFile:
        """The file of a parameter: uploaded under its name, attached, or known by its id.

        Raises:
            TelegramError: when there is none.
        """
        if upload := self.params.uploads.get(name):
            return self._stored(upload)
        return self.file_at(self.params.text(name))

    def file_at(self, reference: str) -> StoredFile:
        """The file that *reference* names: `attach://field` or a file_id.

        Raises:
            TelegramError: when there is none.
        """
        if not reference:
            raise bad_request("there is no document in the request")
        if reference.startswith("attach://"):
            if upload := self.params.uploads.get(reference.removeprefix("attach://")):
                return self._stored(upload)
            raise bad_request("file not found in the request")
        if file := self.world.files.get(reference):
            return file
        if reference.startswith(("http://", "https://")):
            raise bad_request("failed to get HTTP URL content")
        raise bad_request("wrong file identifier/HTTP URL specified")

    def _stored(self, upload: Upload) -> StoredFile:
        return self.world.files.add(upload.name, upload.content, upload.mime_type)


def caption_of(values: Json) -> Json:
    """`caption` of a call or of an InputMedia as it stands in a message.

    Raises:
        TelegramError: when it is too long or broken.
    """
    message = formatted(values, "caption", "caption_entities")
    if utf16_len(message.text) > MAX_CAPTION:
        raise bad_request("message caption is too long")
    content: Json = {"caption": message.text} if message.text else {}
    return content | ({"caption_entities": message.entities} if message.entities else {})


def formatted(values: Json, text_name: str, entities_name: str) -> Formatted:
    """A text with its formatting, as Telegram would show it.

    Raises:
        TelegramError: when the formatting is broken.
    """
    text = values.get(text_name)
    text = "" if text is None else str(text)
    mode = str(values.get("parse_mode") or "").lower()
    if mode == "html":
        message = clean(*parse(text))
    elif mode in ("markdown", "markdownv2"):
        raise bad_request(
            "parse_mode Markdown is not supported by the sandbox: use HTML or entities"
        )
    elif mode:
        raise bad_request("unsupported parse_mode")
    else:
        raw = values.get(entities_name)
        message = clean(text, checked_entities(raw, text) if raw else [])
    return with_detected(message)
