"""The pictures of the READMEs, taken from the sandbox's page: `make pictures`.

The engine stands in for OpenAI, at OpenAI's address, so that the plan shows a price.
"""

import asyncio
import base64
import re
import sys
import tempfile
from pathlib import Path
from typing import Final

from playwright.async_api import Locator, Page, expect

from bot.texts.ru import MESSAGES
from tests.browser.conftest import chromium_here, launched
from tests.browser.page import LONG_MS, PATIENCE_MS, POCKET, Desk, desk, press, same, shows
from tests.e2e.training import MODEL
from tests.proxy import Exchange
from tests.world import DATASET, ROOT, World, eventually, world

FOLDER = ROOT / "docs" / "pictures"
NAMES = ("plan", "card", "chat")
SCHEMES: Final = ("light", "dark")
MOST_BYTES = 100_000
"""Of one picture."""
SCALE = 2
"""Sharp on phones as well."""
TALL = POCKET | {"height": 1000}
"""A card and its chart fit."""
QUESTION = "Опять всё откладываю. Дедлайн завтра, мою холодильник"
THANKS = "Сделано на троечку, отправлено. Спасибо!"
"""What a tester says; both are examples of the dataset."""
HAS_COLOURS = """() => {
    const pen = document.createElement("canvas").getContext("2d");
    pen.font = "30px sans-serif";
    pen.fillText("🚀", 0, 32);
    const dots = pen.getImageData(0, 0, 40, 40).data;
    return dots.some((value, n) => n % 4 === 0 && value !== dots[n + 1]);
}"""
TO_TOP = "it => { it.style.scrollMarginTop = '10px'; it.scrollIntoView({block: 'start'}); }"
TO_WEBP = """async png => {
    const image = new Image();
    image.src = `data:image/png;base64,${png}`;
    await image.decode();
    const canvas = document.createElement("canvas");
    Object.assign(canvas, {width: image.width, height: image.height});
    canvas.getContext("2d").drawImage(image, 0, 0);
    return canvas.toDataURL("image/webp", 0.75).split(",")[1];
}"""
ENGINE = {"running-seconds": "40", "shutdown-date": "2027-01-14"}


async def take() -> None:
    """Play a training and a conversation, and take all pictures."""
    path = chromium_here()
    if path is None:
        sys.exit("no Chromium here: apt-get install chromium, or set CHROMIUM")
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        async with (
            launched(path) as browser,
            world(Path(folder), engine=ENGINE, start_bot=False) as everything,
        ):
            await _start_as_at_openai(everything)
            async with desk(browser, everything, viewport=TALL, scale=SCALE) as opened:
                await _expect_emoji(opened)
                await _training(opened)
                await _conversation(opened)


async def _start_as_at_openai(everything: World) -> None:
    """The bot believes that the proxy leads to OpenAI."""

    def to_engine(exchange: Exchange) -> None:
        exchange.path = exchange.path.removeprefix("http://api.openai.com")

    everything.proxy.rewrite = to_engine
    await everything.start_bot(
        OPENAI_BASE_URL="http://api.openai.com/v1",
        OPENAI_PROXY=everything.proxy.url.removesuffix("/v1"),
        CHAT_MODEL=await _natasha(everything),
    )


async def _natasha(everything: World) -> str:
    """A model that was trained on the shipped dataset, past the bot."""
    api = everything.account
    file = await api.files.create(file=DATASET, purpose="fine-tune")
    job = await api.fine_tuning.jobs.create(model=MODEL, training_file=file.id)

    async def name() -> str | None:
        return (await api.fine_tuning.jobs.retrieve(job.id)).fine_tuned_model

    return str(await eventually(name, timeout=60))


async def _expect_emoji(opened: Desk) -> None:
    """Without their font there would be empty boxes on the buttons."""
    if not await opened.page.evaluate(HAS_COLOURS):
        sys.exit("no font with emoji here: apt-get install fonts-noto-color-emoji")


async def _training(opened: Desk) -> None:
    admin = opened.admin
    await admin.root.get_by_test_id("start").click()
    await admin.says("/train")
    plan = await same(admin, await admin.sees("№1"))
    await _keep(opened, "plan", plan)
    await plan.get_by_role("button", name=_begin("button_start")).click()
    card = await same(admin, await admin.sees(re.compile("natasha-v1 · ")))
    await shows(card, re.compile("[4-6]\\d %"))
    await press(card, MESSAGES["button_chart"])
    await expect(admin.messages.locator("img").last).to_be_visible(timeout=PATIENCE_MS)
    await expect(card).to_contain_text(re.compile("\\d %"))  # it still moves
    await _keep(opened, "card", card)


async def _conversation(opened: Desk) -> None:
    await opened.page.get_by_test_id("tab-tester").tap()
    tester = opened.tester
    await tester.root.get_by_test_id("start").tap()
    await expect(tester.messages).to_have_count(1, timeout=PATIENCE_MS)
    await tester.says(QUESTION)
    answer = await same(tester, tester.messages.nth(1))
    await expect(answer.get_by_role("button").last).to_be_visible(timeout=LONG_MS)
    await tester.says(THANKS)
    await expect(tester.messages.nth(2).get_by_role("button").last).to_be_visible(timeout=LONG_MS)
    await _keep(opened, "chat", tester.root.locator(".message").nth(2))


async def _keep(opened: Desk, name: str, message: Locator) -> None:
    """The page with *message* at its top, in both themes, as small files."""
    shots = {}
    for scheme in SCHEMES:
        await opened.page.emulate_media(color_scheme=scheme)
        await message.evaluate(TO_TOP)
        # What the pointer or the focus is on would look pressed.
        await opened.page.mouse.move(0, 0)
        await opened.page.evaluate("document.activeElement.blur()")
        shots[scheme] = await opened.page.screenshot(animations="disabled")
    for scheme, shot in shots.items():
        path = FOLDER / f"{name}-{scheme}.webp"
        path.write_bytes(await _as_webp(opened.page, shot))
        print(f"{path.relative_to(ROOT)}: {path.stat().st_size:,} bytes")
        assert path.stat().st_size <= MOST_BYTES, path


async def _as_webp(page: Page, png: bytes) -> bytes:
    """The same picture, smaller; the browser can do that, on an empty page without any rules."""
    empty = await page.context.new_page()
    encoded = await empty.evaluate(TO_WEBP, base64.b64encode(png).decode())
    await empty.close()
    return base64.b64decode(encoded)


def _begin(key: str) -> re.Pattern[str]:
    """The name of a button up to its first placeholder."""
    return re.compile(re.escape(MESSAGES[key].split("{")[0].strip()))


if __name__ == "__main__":
    asyncio.run(take())
