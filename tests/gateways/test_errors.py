"""What a provider's answers mean, whatever shape they come in."""

import time

import httpx2
import openai
import pytest

from bot import errors
from bot.domain.training import Hyperparameters
from bot.gateways.openai_errors import MESSAGE_LENGTH, ErrorTranslator
from bot.gateways.provider import TrainingApi
from tests.gateways.provider_double import DEEP, KEY, Provider, html, refuses, says

JSON = {"content-type": "application/json"}
PARAMETERS = Hyperparameters(
    base_model="gpt-x", n_epochs=3, learning_rate_multiplier=0.1, suffix="natasha-v1"
)


async def create(training: TrainingApi) -> errors.UserError:
    with pytest.raises(errors.UserError) as caught:
        await training.create_job(PARAMETERS, training_file="file-1", seed=1, metadata={})
    return caught.value


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (refuses(400, "invalid_training_file"), errors.ProviderRefused),
        (refuses(401, "invalid_api_key"), errors.KeyRefused),
        (refuses(402), errors.QuotaExceeded),
        (refuses(403, "training_not_available"), errors.TrainingNotAvailable),
        (refuses(403, "unsupported_country_region_territory"), errors.RegionRefused),
        (html(403), errors.KeyRefused),
        (refuses(403, "model_not_found"), errors.ModelUnknown),
        (refuses(404, "model_not_found"), errors.ModelUnknown),
        (refuses(404), errors.ProviderRefused),
        (html(404), errors.NotTheApi),
        (says({"detail": "Method Not Allowed"}, 405), errors.NotTheApi),
        (html(407), errors.ProviderUnreachable),
        (html(408), errors.ProviderFailed),
        (refuses(409, message="A training run is already in progress"), errors.TrainingBusy),
        (refuses(400, "invalid_value", param="suffix"), errors.SuffixRefused),
        (refuses(400, message="The suffix is too long"), errors.SuffixRefused),
        (html(409), errors.ProviderFailed),
        (httpx2.Response(409, text="Conflict"), errors.ProviderFailed),
        (httpx2.Response(404, text="404 page not found"), errors.NotTheApi),
        (httpx2.Response(503, text="upstream connect error"), errors.ProviderFailed),
        (says({}, 409), errors.ProviderFailed),
        (html(413), errors.ProviderSilent),
        (says({"detail": [{"loc": ["body", "seed"], "msg": "bad"}]}, 422), errors.ProviderRefused),
        (refuses(429, "insufficient_quota"), errors.QuotaExceeded),
        (refuses(429, None, type="insufficient_quota"), errors.QuotaExceeded),
        (refuses(429, "rate_limit_exceeded"), errors.ProviderBusy),
        (html(429), errors.ProviderBusy),
        (refuses(500), errors.ProviderFailed),
        (refuses(501), errors.ProviderRefused),
        (html(502), errors.ProviderFailed),
        (html(503), errors.ProviderFailed),
        (says(None, 504), errors.ProviderFailed),
        (says("over capacity", 529), errors.ProviderFailed),
        (html(200), errors.ProviderFailed),
        (says([]), errors.ProviderFailed),
        (says({"object": "list", "data": []}), errors.ProviderFailed),
        (says({"id": None, "status": "queued"}), errors.ProviderFailed),
        (httpx2.Response(204), errors.ProviderFailed),
        (httpx2.Response(200, text=DEEP), errors.ProviderFailed),
        (httpx2.Response(200, content=b"\xff\xfe{", headers={"content-type": "application/json"}),
         errors.ProviderFailed),
    ],
)  # fmt: skip
async def test_answer_to_a_new_job(training, provider: Provider, answer, expected):
    """Each answer says whether a job may exist now, and the request is never repeated."""
    provider.will(answer)

    error = await create(training)

    assert type(error) is expected
    assert len(provider.requests) == 1


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (httpx2.ConnectError("no such host"), errors.ProviderUnreachable),
        (httpx2.ConnectTimeout(""), errors.ProviderUnreachable),
        (httpx2.PoolTimeout(""), errors.ProviderUnreachable),
        (httpx2.ProxyError("403 Forbidden"), errors.ProviderUnreachable),
        (httpx2.ReadTimeout(""), errors.ProviderUncertain),
        (httpx2.WriteTimeout(""), errors.ProviderUncertain),
        (httpx2.ReadError(""), errors.ProviderUncertain),
        (httpx2.WriteError(""), errors.ProviderUncertain),
        (httpx2.RemoteProtocolError("Server disconnected"), errors.ProviderUncertain),
        (httpx2.TooManyRedirects(""), errors.ProviderUncertain),
    ],
)
async def test_connection_trouble_tells_whether_the_request_left(
    training, provider: Provider, fault, expected
):
    """Only where no connection was made, nothing can have happened at the provider."""
    provider.will(fault)

    error = await create(training)

    assert type(error) is expected
    assert len(provider.requests) == 1


async def test_real_refused_connection_is_unreachable():
    """A port that nobody listens on: the true exceptions of the HTTP library mean the same."""
    client = openai.AsyncOpenAI(
        base_url="http://127.0.0.1:1/v1",
        api_key=KEY,
        http_client=openai.DefaultAsyncHttpxClient(trust_env=False),
    )
    training = TrainingApi(lambda: client, secrets={KEY})

    error = await create(training)

    assert type(error) is errors.ProviderUnreachable
    await training.aclose()


@pytest.mark.parametrize(
    ("answer", "code", "message"),
    [
        (refuses(400, "invalid_n_examples", "Too few."), "invalid_n_examples", "Too few."),
        (refuses(400, 1211, "模型不存在"), "1211", "模型不存在"),
        (says({"error": "busy now"}, 400), "", "busy now"),
        (says({"detail": "No such run"}, 400), "", "No such run"),
        (says({"detail": {"code": "busy", "message": "Wait."}}, 400), "busy", "Wait."),
        (refuses(400, f"bad {KEY}", "No."), "bad ***", "No."),
        (says({"message": "Nope"}, 400), "", "Nope"),
        (says({"message": "No\0pe\x1b"}, 400), "", "Nope"),
        (says({"error": {}, "message": "Nope"}, 400), "", "Nope"),
        (refuses(400, "weird", ""), "weird", "weird"),
        (says({"error": None}, 400), "", "400 Bad Request"),
        (says(["odd"], 400), "", "400 Bad Request"),
        (says({"error": {"message": {"ru": "нет"}}}, 400), "", "400 Bad Request"),
        (says({"error": {"message": "<html>no</html>"}}, 400), "", "400 Bad Request"),
        (says({"detail": [{"loc": ["body", "model"], "msg": "too long", "type": "long"}]}, 422),
         "long", "model: too long"),
        (says({"detail": [3]}, 422), "", "422 Unprocessable Content"),
        (httpx2.Response(400, text="No such thing"), "", "No such thing"),
        (httpx2.Response(400, content=DEEP, headers=JSON), "", "400 Bad Request"),
        (html(413), "", "413 Content Too Large"),
        (html(499), "", "499"),
    ],
)  # fmt: skip
async def test_reason_is_found_wherever_the_server_puts_it(
    training, provider: Provider, answer, code, message
):
    """A person reads the provider's reason, and a plain status where it gave none."""
    provider.will(answer)

    error = await create(training)

    assert (error.params["code"], error.params["message"]) == (code, message)


@pytest.mark.parametrize(
    "message",
    [
        f"Incorrect API key provided: {KEY}. You can find it",
        f"Incorrect API key provided: {KEY[:12]}.",
        f"key ends in {KEY[-9:]}",
        "Incorrect API key provided: sk-proj-****************0042.",
        "Incorrect API key provided: Zx81****0042",
        "Incorrect API key provided: Zx81••••0042",
        "Bad header: Authorization: Bearer AbCdEf0123456789xyz",
        "Bad key sk-other0123456789",
    ],
)
async def test_no_key_is_quoted(training, provider: Provider, message):
    """Whatever of a key the provider quotes, whole or in part, nobody reads it."""
    provider.will(refuses(401, "invalid_api_key", message))

    error = await create(training)

    shown = str(error.params["message"])
    assert "***" in shown
    assert not any(part in shown for part in ("Zx81", "0042", "AbCdEf", "sk-", "other0"))


def test_short_and_long_secrets_leave_ordinary_words_alone():
    """A message stays readable: only what stands in a secret is blotted out."""
    clean = ErrorTranslator({"", "a", "pass", "a-key-of-another-provider"}).clean

    assert clean("a day passes; another-pro tip: use `max_tokens`\n  now") == (
        "a day ***; *** tip: use `max_tokens` now"
    )


async def test_long_messages_are_cut(training, provider: Provider):
    """A message fits into a chat."""
    provider.will(refuses(400, "x", "слово " * 10_000))

    error = await create(training)

    shown = str(error.params["message"])
    assert len(shown) == MESSAGE_LENGTH
    assert shown.endswith("…")


async def test_bugs_are_not_dressed_up(training, provider: Provider):
    """What is no answer of a provider stays what it is."""
    provider.will(ZeroDivisionError())

    with pytest.raises(ZeroDivisionError):
        await training.create_job(PARAMETERS, training_file="f", seed=1, metadata={})


ODD_WORDS = (
    "a", "*", "•", ".", "-", "a*", "a**", "a***", "a-.", "**a", "sk-", "bearer ", "bearer:",
    "b", "a b ", KEY, KEY[:8], KEY[2:11], "😀", "_", "1*•",
)  # fmt: skip


def cleaning_s(translator: ErrorTranslator, text: str) -> float:
    """The least time of three tries, in seconds of this process."""
    tries = []
    for _ in range(3):
        began = time.process_time()
        translator.clean(text)
        tries.append(time.process_time() - began)
    return min(tries)


@pytest.mark.parametrize("word", ODD_WORDS)
@pytest.mark.parametrize("end", ["", "**", "••", " **"])
def test_cleaning_takes_a_time_that_grows_with_the_length(word: str, end: str):
    """Thirty such events stopped everybody for 21 s: the time grew with the length's square."""
    translator = ErrorTranslator([KEY])
    short, long = (cleaning_s(translator, (word * 4000)[:n] + end) for n in (400, 3990))

    assert long < 40 * short + 0.005


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("key a**b***c no", "key a*"),
        ("x-12***89, y", "***, y"),
        ("a.b••c and ••", "*** and ***"),
        ("2*3 ** stars", "2*3 ** stars"),
        ("(sk-abc…x) Bearer " + "t" * 16 + ";", "(***) ***;"),
    ],
)
def test_what_looks_like_a_key_is_hidden(text: str, shown: str):
    assert ErrorTranslator([KEY]).clean(text).startswith(shown)
