"""Settings: options of the command line, each with an environment variable as its default."""

import argparse
import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine import option_kinds as kinds
from engine.backends.lora.options import LoraOptions
from engine.profiles import PROFILES, Profile

MAX_FILE_BYTES = 512 * 1024 * 1024
"""https://platform.openai.com/docs/api-reference/files/create (looked up 2026-11-22)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How the engine runs. Durations are in seconds."""

    host: str
    port: int
    """0: any free one."""
    data: Path
    keys: frozenset[str]
    """Empty: any key is accepted, which is allowed on loopback only."""
    validating_seconds: float
    queued_seconds: float
    running_seconds: float
    tokens_per_second: float
    """0: at once."""
    first_token_seconds: float
    deploy_seconds: float
    max_file_bytes: int
    jobs_per_key: int
    """Active jobs that one key may have; 0: no limit."""
    chats_per_key: int
    """Answers at once; 0: no limit."""
    tokens_per_key: int
    """Tokens a day (of UTC), trained and of chats; 0: no limit."""
    bytes_per_key: int
    """Bytes of stored uploads; 0: no limit."""
    backend: str
    """rehearsal or lora."""
    base: tuple[str, ...]
    """Of `lora`: the base models; see `LoraOptions` for this and the next ones."""
    devices: tuple[str, ...]
    lora_rank: int | None
    threads: int | None
    memory_bytes: int | None
    idle_seconds: float
    chat_workers: int
    chat_batch: int
    chat_queue: int
    executor: str
    ray_address: str
    ray_own_address: str
    ray_jobs: int
    vllm_url: tuple[str, ...]
    vllm_key: str
    profile: Profile
    """The provider that the engine imitates."""
    shutdown_date: str | None
    """Last day (YYYY-MM-DD) that every model reports, or `NEVER`; None: as in `models.toml`."""
    training_closed: bool
    """No job may be created, as at OpenAI from 2027-01-06."""
    until_eof: bool
    """Stop when standard input ends, for instance because the parent process died."""

    @property
    def lora(self) -> LoraOptions:
        """The options of real training."""
        return LoraOptions(
            bases=self.base,
            devices=self.devices,
            rank=self.lora_rank,
            threads=self.threads,
            memory_bytes=self.memory_bytes,
            idle_s=self.idle_seconds,
            chat_workers=self.chat_workers,
            chat_batch=self.chat_batch,
            chat_queue=self.chat_queue,
            executor=self.executor,
            ray_address=self.ray_address,
            ray_own_address=self.ray_own_address,
            ray_jobs=self.ray_jobs,
            vllm_urls=self.vllm_url,
            vllm_key=self.vllm_key,
        )


def read_settings(arguments: Sequence[str], environment: Mapping[str, str]) -> Settings:
    """The settings; for a bad one, prints a line on standard error and exits with code 2."""
    parser = _parser(environment)
    chosen = parser.parse_args(arguments)
    if not chosen.keys and not is_loopback(chosen.host):
        parser.error(
            f"--keys (ENGINE_API_KEYS) is needed to listen on {chosen.host}, beyond loopback"
        )
    if chosen.backend == "lora" and not chosen.base:
        parser.error("--base (ENGINE_BASE) is needed: the model that --backend lora trains from")
    return Settings(**vars(chosen))


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach *host*."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> None:  # type: ignore[override]
        self.exit(2, f"engine: {message}\n")


def _parser(environment: Mapping[str, str]) -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -m engine",
        description="A server with OpenAI's fine-tuning and chat API. Each option's default can be "
        "set in the environment: --first-token-seconds is ENGINE_FIRST_TOKEN_SECONDS.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )

    def option(name: str, default: str, kind: object, text: str) -> None:
        variable = "ENGINE_" + name.strip("-").upper().replace("-", "_")
        value = environment.get(variable) or default
        parser.add_argument(name, default=value, type=kind, help=text)  # type: ignore[arg-type]

    option("--host", "127.0.0.1", str, "address to listen on")
    option("--port", "8081", kinds.port, "0: any free one")
    option("--data", "data/run/engine", kinds.folder, "folder for files, jobs and the database")
    parser.add_argument(
        "--keys",
        type=kinds.keys,
        default=environment.get("ENGINE_API_KEYS") or "",
        # The default is not shown: these are secrets.
        help="accepted API keys, comma-separated; better in ENGINE_API_KEYS, where `ps` does not "
        "show them; none: any key is accepted, on loopback only%(default).0s",
    )
    option(
        "--backend", "rehearsal", kinds.backend, "rehearsal trains nothing, lora trains for real"
    )
    option(
        "--base", "", kinds.words, "lora: base models, comma-separated: hub ids or local folders"
    )
    option(
        "--devices", "", kinds.words, "lora: such as cpu or cuda:0,cuda:1; none: every GPU, or cpu"
    )
    option("--lora-rank", "", kinds.count_or_auto, "lora: rank of adapters; none: by the device")
    option("--threads", "", kinds.count_or_auto, "lora: threads on the CPU; none: by its cores")
    option(
        "--memory-bytes", "", kinds.count_or_auto, "lora: limit of a training; none: what is free"
    )
    option(
        "--idle-seconds", "900", kinds.seconds, "lora: when a base without chats leaves the memory"
    )
    option("--chat-workers", "1", kinds.count, "lora: processes that may answer a base's chats")
    option("--chat-batch", "8", kinds.count, "lora: chats that such a process answers at once")
    option("--chat-queue", "32", kinds.count, "lora: chats that may wait; the next one is a 429")
    option("--executor", "local", kinds.executor, "lora: local, or ray: work in a Ray cluster")
    address = "address of Ray's dashboard, in a private network"
    option("--ray-address", "http://127.0.0.1:8265", kinds.address, address)
    own = "where Ray's nodes reach this machine; none: from where it reaches the dashboard"
    option("--ray-own-address", "", str.strip, own)
    option("--ray-jobs", "8", kinds.count, "jobs at the Ray cluster at once; the others wait here")
    several = "lora: vLLM servers that answer the chats, comma-separated"
    option("--vllm-url", "", kinds.addresses, several)
    parser.add_argument(
        "--vllm-key",
        default=environment.get("ENGINE_VLLM_KEY") or "",
        help="their API key; better in ENGINE_VLLM_KEY%(default).0s",
    )
    option(
        "--validating-seconds", "2", kinds.seconds, "how long a job validates its files at least"
    )
    option("--queued-seconds", "2", kinds.seconds, "how long a job is queued")
    option("--running-seconds", "30", kinds.seconds, "how long a job runs, whatever its steps")
    option("--tokens-per-second", "60", kinds.seconds, "pace of streamed answers; 0: at once")
    option("--first-token-seconds", "0.2", kinds.seconds, "delay before an answer begins")
    option("--deploy-seconds", "0", kinds.seconds, "how long a new model is not found at first")
    option(
        "--max-file-bytes", str(MAX_FILE_BYTES), kinds.count, "largest file that may be uploaded"
    )
    option("--jobs-per-key", "0", kinds.whole, "active jobs that a key may have; 0: no limit")
    option("--chats-per-key", "0", kinds.whole, "answers at once that a key may have; 0: no limit")
    option("--tokens-per-key", "0", kinds.whole, "tokens that a key may use a day; 0: no limit")
    option("--bytes-per-key", "0", kinds.whole, "bytes that a key may store as files; 0: no limit")
    option("--profile", "openai", kinds.profile, f"provider that is played: {', '.join(PROFILES)}")
    parser.add_argument(
        "--shutdown-date",
        type=kinds.day,
        default=environment.get("ENGINE_SHUTDOWN_DATE") or None,
        help=f"day (YYYY-MM-DD) that every model tells as its last, or {kinds.NEVER}; nothing "
        "ends on it",
    )
    parser.add_argument(
        "--training-closed",
        nargs="?",
        const="yes",
        default=environment.get("ENGINE_TRAINING_CLOSED") or "no",
        type=kinds.yes_or_no,
        help="refuse every new job: 403, training_not_available",
    )
    parser.add_argument("--until-eof", action="store_true", help="stop when standard input ends")
    return parser
