"""The environments of child processes: the server's own, without its keys."""

import os

_NO_TELEMETRY = {"HF_HUB_DISABLE_TELEMETRY": "1"}
OFFLINE = _NO_TELEMETRY | {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "TOKENIZERS_PARALLELISM": "false",
}
"""What `offline_environment` adds to the server's own, for machines that have theirs."""
CALM = OFFLINE | {"OMP_WAIT_POLICY": "passive"}
"""The same of `calm_environment`."""


def environment(**more: str) -> dict[str, str]:
    """For a child that may use the network."""
    inherited = {name: os.environ[name] for name in os.environ if not name.startswith("ENGINE_")}
    return inherited | _NO_TELEMETRY | more


def offline_environment(**more: str) -> dict[str, str]:
    """For a child that may not use the network.

    A child that answers chats has this one: its threads wait actively for each other, which is a
    third faster. While a training runs beside it, it computes with fewer threads.
    """
    return environment(**OFFLINE, **more)


def calm_environment(**more: str) -> dict[str, str]:
    """The same for long work in the background.

    Threads that wait for work actively would take it from the chats on the same cores.
    """
    return environment(**CALM, **more)
