"""The call that every method gets, and the parameters that most of them read."""

from dataclasses import dataclass

from sandbox.bots import Bot
from sandbox.chats import Chat
from sandbox.errors import Refused, bad_request
from sandbox.files import StoredFile
from sandbox.formatting import formatted
from sandbox.manners import text_quote
from sandbox.params import Params, Upload
from sandbox.shapes import Json
from sandbox.text import MAX_CAPTION, MAX_TEXT, Formatted, utf16_len
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
        message = self.formatted(self.params.values, "text", "entities")
        if not message.text:
            raise bad_request("message text is empty")
        if utf16_len(message.text) > MAX_TEXT:
            raise bad_request("message is too long")
        preview = self.params.get("link_preview_options")
        has_preview = isinstance(preview, dict) and preview
        content = message.as_json("text", "entities")
        return content | ({"link_preview_options": preview} if has_preview else {})

    def caption(self, values: Json | None = None) -> Json:
        """The caption's fields of a message, from *values* or else from the call.

        None for an empty caption. Raises `TelegramError` if it is too long or broken.
        """
        values = self.params.values if values is None else values
        message = self.formatted(values, "caption", "caption_entities")
        if utf16_len(message.text) > MAX_CAPTION:
            raise bad_request("message caption is too long")
        return message.as_json("caption", "caption_entities") if message.text else {}

    def formatted(
        self, values: Json, text_name: str, entities_name: str, mode_name: str = "parse_mode"
    ) -> Formatted:
        """A text of *values* with its entities; raises `TelegramError` if it is broken."""
        text = values.get(text_name)
        text = "" if text is None else str(text)
        mode = str(values.get(mode_name) or "")
        return formatted(text, mode, values.get(entities_name), self.world.users)

    def thread(self, chat: Chat) -> Json:
        """The topic's fields of the message to send; raises `TelegramError` for an unknown one.

        Groups are not forums here: as in Telegram's groups without topics, it is ignored there.
        """
        thread_id = self.params.integer("message_thread_id")
        if not thread_id or chat.is_group:
            return {}
        if thread_id not in chat.topics:
            raise bad_request("message thread not found")
        return {"message_thread_id": thread_id, "is_topic_message": True}

    @property
    def rings(self) -> bool:
        """Whether the message makes the person's phone ring."""
        return not self.params.flag("disable_notification")

    def reply(self, chat: Chat) -> Json:
        """`reply_to_message` and `quote` of the message to send, if it is a reply.

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
            return {"reply_to_message": quoted} | self._quote(quoted, raw)
        if raw.get("allow_sending_without_reply"):
            return {}
        raise bad_request("message to be replied not found")

    def file(self, name: str) -> StoredFile:
        """The file of a parameter: uploaded under its name, attached, or known by its id."""
        if upload := self.params.uploads.get(name):
            return self._stored(upload)
        return self.file_at(self.params.text(name), name)

    def file_at(self, reference: str, what: str = "document") -> StoredFile:
        """The file of `attach://field` or a file_id; raises `TelegramError` when there is none."""
        if not reference:
            raise bad_request(f"there is no {what} in the request")
        if reference.startswith("attach://"):
            if upload := self.params.uploads.get(reference.removeprefix("attach://")):
                return self._stored(upload)
            raise bad_request("file not found in the request")
        if file := self.world.files.get(reference):
            return file
        if reference.startswith(("http://", "https://")):
            raise bad_request("failed to get HTTP URL content")
        raise bad_request("wrong file identifier/HTTP URL specified")

    def _quote(self, quoted: Json, raw: Json) -> Json:
        quote = self.formatted(raw, "quote", "quote_entities", "quote_parse_mode").text
        if not quote:
            return {}
        position = raw.get("quote_position")
        wanted = {"text": quote} | ({"position": position} if isinstance(position, int) else {})
        try:
            return {"quote": text_quote(quoted, wanted)}
        except Refused:
            raise bad_request("QUOTE_TEXT_INVALID") from None

    def _stored(self, upload: Upload) -> StoredFile:
        return self.world.files.add(upload.name, upload.content, upload.mime_type)
