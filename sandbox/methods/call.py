"""The call that every method gets, and the parameters that most of them read."""

from dataclasses import dataclass

from sandbox.bots import Bot
from sandbox.chats import Chat
from sandbox.detection import with_detected
from sandbox.errors import bad_request
from sandbox.files import StoredFile
from sandbox.html_text import parse
from sandbox.params import Params, Upload
from sandbox.shapes import Json
from sandbox.text import MAX_CAPTION, MAX_TEXT, Formatted, checked_entities, clean, utf16_len
from sandbox.world import World


@dataclass(frozen=True, slots=True)
class Call:
    """One call of one method by one bot."""

    world: World
    bot: Bot
    params: Params

    def open_chat(self) -> Chat:
        """The call's chat; raises `TelegramError` if none exists or the bot may not write there."""
        chat = self.world.chat_for_bot(self.bot, self.params.chat_id())
        chat.check_bot_may_write()
        return chat

    def text_content(self) -> Json:
        """A message's text, entities and link preview; raises `TelegramError` for a bad text."""
        message = _formatted(self.params.values, "text", "entities")
        if not message.text:
            raise bad_request("message text is empty")
        if utf16_len(message.text) > MAX_TEXT:
            raise bad_request("message is too long")
        preview = self.params.get("link_preview_options")
        has_preview = isinstance(preview, dict) and preview
        content = message.as_json("text", "entities")
        return content | ({"link_preview_options": preview} if has_preview else {})

    def caption(self) -> Json:
        """The caption's fields of a message; none for an empty caption."""
        return caption_of(self.params.values)

    def reply(self, chat: Chat) -> Json:
        """`reply_to_message` of the message to send, if it is a reply.

        Raises:
            TelegramError: when the other message does not exist and the call does not allow that.
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
        """The file of a parameter: uploaded under its name, attached, or known by its id."""
        if upload := self.params.uploads.get(name):
            return self._stored(upload)
        return self.file_at(self.params.text(name))

    def file_at(self, reference: str) -> StoredFile:
        """The file of `attach://field` or a file_id; raises `TelegramError` when there is none."""
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
    """A caption's fields of a message; raises `TelegramError` if it is too long or broken."""
    message = _formatted(values, "caption", "caption_entities")
    if utf16_len(message.text) > MAX_CAPTION:
        raise bad_request("message caption is too long")
    return message.as_json("caption", "caption_entities") if message.text else {}


def _formatted(values: Json, text_name: str, entities_name: str) -> Formatted:
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
