# The bot alone, without engine and sandbox. See "Docker" in docs/server.md.
FROM python:3.11-slim

# httpx2, which openai speaks through, trusts the system's certificates: the newest ones.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin natasha

ENV PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    MALLOC_ARENA_MAX=1

WORKDIR /app

# Before the code, so that a change of it does not fetch everything anew.
COPY requirements.lock ./
RUN pip install --require-hashes --only-binary=:all: --requirement requirements.lock

COPY bot/ bot/
# Nothing can be written there later, and compiling at every start takes a third more time.
RUN python -m compileall -q bot
COPY data/natasha_finetuning_20251125_153356.jsonl data/

# What the bot writes; new volumes take their owner from here.
RUN install --directory --mode=700 --owner=natasha --group=natasha data/run logs
VOLUME ["/app/data/run", "/app/logs"]

USER 10001

# A bot that waits for Telegram at its start has no /healthz yet.
HEALTHCHECK --interval=1m --timeout=15s --start-period=2m CMD ["python", "-m", "bot", "health"]

# The list form: no shell stands between Docker's SIGTERM and Python.
CMD ["python", "-m", "bot", "run"]
