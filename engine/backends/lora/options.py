"""The options of the `lora` backend."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class LoraOptions:
    """How real training and chats run."""

    bases: tuple[str, ...]
    """Local folders, hub ids (`owner/name`) or names of `bases.toml`; the first is the default."""
    devices: tuple[str, ...] = ()
    """Such as cpu or cuda:0; empty: each GPU, or the CPU where there is none."""
    rank: int | None = None
    """Of the adapters; None: 16 on a GPU, 8 on a CPU."""
    threads: int | None = None
    """Of one process on the CPU; None: by the number of cores."""
    memory_bytes: int | None = None
    """What a device may use; None: what is free."""
    idle_s: float = 900.0
    """A base that nobody talks with for so long is dropped from memory."""
    chat_workers: int = 1
    """Speakers that a base may have, each with a copy of it in memory."""
    chat_batch: int = 8
    """Chats that are answered at once by a speaker."""
    chat_queue: int = 32
    """Chats of a base that may wait for that; the next one is refused."""
    executor: str = "local"
    """local: trainings and speakers are child processes; ray: they are jobs of a Ray cluster."""
    ray_address: str = "http://127.0.0.1:8265"
    """Of the cluster's dashboard."""
    ray_own_address: str = ""
    """Where the cluster's nodes reach this machine; empty: from where it reaches the dashboard."""
    ray_jobs: int = 8
    """Jobs that are at the cluster at once; the others wait here, in their order."""
    vllm_urls: tuple[str, ...] = ()
    """vLLM servers that answer the chats; empty: our own processes do."""
    vllm_key: str = ""
    """Their API key."""
