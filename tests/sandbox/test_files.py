"""Files go up and come down unchanged."""

import json

import pytest

from tests.sandbox.conftest import BotClient
from tests.telegram_people import PNG, People, Person


async def download(bot: BotClient, file_id: str) -> bytes:
    path = (await bot.call("getFile", file_id=file_id))["file_path"]
    response = await bot.http.get(f"/file/bot{bot.bot_token}/{path}")
    assert response.status_code == 200
    return response.content


async def test_a_persons_document_reaches_the_bot(bot: BotClient, anna: Person):
    content = "Вопрос".encode() * 1000
    message = await anna.sends_document("данные.jsonl", content, caption="вот /start")

    document = (await bot.call("getUpdates", offset=-1))[0]["message"]["document"]

    assert document == message["document"]
    assert (document["file_name"], document["file_size"]) == ("данные.jsonl", len(content))
    assert message["caption_entities"] == [{"type": "bot_command", "offset": 4, "length": 6}]
    assert await download(bot, document["file_id"]) == content


async def test_the_bots_document_reaches_the_person(bot: BotClient, people: People, anna: Person):
    files = {"document": ("отчёт.csv", b"a,b\n1,2\n")}
    message = await bot.upload(
        "sendDocument", files, chat_id=str(anna.id), caption="<b>Отчёт</b>", parse_mode="HTML"
    )

    response = await people.http.get(f"/sandbox/files/{message['document']['file_id']}")

    assert message["caption_entities"] == [{"type": "bold", "offset": 0, "length": 5}]
    assert response.content == b"a,b\n1,2\n"
    assert response.headers["content-disposition"].startswith("attachment; filename*=UTF-8''%D0")
    again = await bot.call("sendDocument", chat_id=anna.id, document=message["document"]["file_id"])
    assert again["document"]["file_name"] == "отчёт.csv"
    call = (await people.calls("sendDocument"))[0]
    assert call["params"]["document"] == {"file_name": "отчёт.csv", "size": 8}


async def test_photos_are_pictures(bot: BotClient, people: People, anna: Person):
    message = await bot.upload("sendPhoto", {"photo": ("a.png", PNG)}, chat_id=str(anna.id))

    size = message["photo"][-1]
    shown = await people.http.get(f"/sandbox/files/{size['file_id']}")

    assert (size["width"], size["height"]) == (320, 200)
    assert shown.headers["content-type"] == "image/png"
    assert shown.headers["content-disposition"].startswith("inline")
    response = await bot.http.post(
        f"/bot{bot.bot_token}/sendPhoto",
        data={"chat_id": anna.id},
        files={"photo": ("a.png", b"no picture")},
    )
    assert response.json()["description"] == "Bad Request: IMAGE_PROCESS_FAILED"


async def test_albums(bot: BotClient, anna: Person):
    media = [
        {"type": "document", "media": "attach://one", "caption": "первый"},
        {"type": "document", "media": "attach://two"},
    ]
    files = {"one": ("1.txt", b"1"), "two": ("2.txt", b"2")}

    messages = await bot.upload(
        "sendMediaGroup", files, chat_id=str(anna.id), media=json.dumps(media)
    )

    assert [each["document"]["file_name"] for each in messages] == ["1.txt", "2.txt"]
    assert len({each["media_group_id"] for each in messages}) == 1


async def test_media_and_captions_are_edited(bot: BotClient, anna: Person):
    sent = await bot.upload(
        "sendPhoto", {"photo": ("a.png", PNG)}, chat_id=str(anna.id), caption="старое"
    )
    which = {"chat_id": str(anna.id), "message_id": str(sent["message_id"])}

    captioned = await bot.call("editMessageCaption", **which, caption="новое")
    media = json.dumps({"type": "document", "media": "attach://file", "caption": "иное"})
    replaced = await bot.upload("editMessageMedia", {"file": ("b.txt", b"b")}, **which, media=media)

    assert captioned["caption"] == "новое"
    assert (await bot.refusal("editMessageText", **which, text="x"))[1] == (
        "Bad Request: there is no text in the message to edit"
    )
    assert "photo" not in replaced
    assert (replaced["document"]["file_name"], replaced["caption"]) == ("b.txt", "иное")


async def test_a_bot_downloads_up_to_20_megabytes(bot: BotClient, anna: Person):
    message = await anna.sends_document("big.bin", b"x" * (20 * 1024 * 1024 + 1))

    refusal = await bot.refusal("getFile", file_id=message["document"]["file_id"])

    assert refusal == (400, "Bad Request: file is too big")


@pytest.mark.parametrize("path", ["documents/file_999.txt", "../etc/passwd"])
async def test_unknown_paths(bot: BotClient, path):
    response = await bot.http.get(f"/file/bot{bot.bot_token}/{path}")

    assert response.status_code == 404


async def test_uploaded_pages_cannot_act(people: People, anna: Person):
    """An HTML file would otherwise run as a page of the sandbox."""
    message = await anna.sends_document("evil.html", b"<script>alert(1)</script>")

    response = await people.http.get(f"/sandbox/files/{message['document']['file_id']}")

    assert response.headers["content-disposition"].startswith("attachment")
    assert response.headers["content-security-policy"] == "sandbox"
    assert response.headers["x-content-type-options"] == "nosniff"
