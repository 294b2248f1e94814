"""The Dockerfile and `compose.yaml`, only read: the tests have no engine to build them with."""

import json
import re
from typing import Any

import yaml

from bot.arguments import parsed
from bot.config import Settings
from tests.drift.project import ROOT, text


def instructions() -> list[tuple[str, str]]:
    """(instruction, arguments), with continued lines joined."""
    joined = re.sub(r"\\\n\s*", "", re.sub(r"(?m)^\s*#.*\n", "", text("Dockerfile")))
    return [tuple(line.split(maxsplit=1)) for line in joined.splitlines() if line.strip()]  # type: ignore[misc]


def only(name: str) -> str:
    (arguments,) = [arguments for found, arguments in instructions() if found == name]
    return arguments


def copied() -> list[str]:
    return [
        source
        for name, arguments in instructions()
        if name == "COPY"
        for source in arguments.split()[:-1]
    ]


def test_what_is_copied_exists():
    assert [source for source in copied() if not (ROOT / source).exists()] == []


def test_what_is_copied_is_sent_to_the_builder():
    """`.dockerignore` shuts everything out that it does not name."""
    rules = [line for line in text(".dockerignore").splitlines() if not line.startswith("#")]

    assert rules[0] == "*"
    for source in copied():
        assert f"!{source.rstrip('/')}" in rules


def test_secrets_and_databases_stay_out():
    rules = text(".dockerignore").splitlines()

    assert "data/*" in rules[rules.index("!data") :]
    assert not any(".env" in source or source.rstrip("/") in {".", "data"} for source in copied())


def test_sigterm_reaches_python():
    """The list form, and Python first."""
    command = json.loads(only("CMD"))

    assert command == ["python", "-m", "bot", "run"]
    assert "ENTRYPOINT" not in dict(instructions())


def test_docker_asks_whether_the_bot_is_well():
    asked = only("HEALTHCHECK").partition("CMD ")[2]

    *start, command = json.loads(asked)
    assert start == json.loads(only("CMD"))[:-1]
    assert parsed([command]).command == "health"


def test_it_does_not_run_as_root():
    """The user changes after everything that root has to do."""
    names = [name for name, _ in instructions()]

    assert only("USER") not in {"root", "0"}
    made = f"useradd --uid {only('USER')} --no-create-home --shell /usr/sbin/nologin natasha"
    assert made in text("Dockerfile")
    assert names.index("USER") > max(place for place, name in enumerate(names) if name == "RUN")


def test_tls_works():
    assert "ca-certificates" in text("Dockerfile")


def test_only_the_locked_packages_are_installed():
    installs = [arguments for name, arguments in instructions() if "pip install" in arguments]

    assert len(installs) == 1
    assert "--require-hashes" in installs[0]
    assert "--requirement requirements.lock" in installs[0]


def test_python_is_the_one_that_the_lock_was_made_for():
    (made_for,) = re.findall(r"with Python (\S+)", text("requirements.lock"))

    assert only("FROM") == f"python:{made_for}-slim"


def test_what_the_bot_writes_is_on_volumes():
    volumes = json.loads(only("VOLUME"))
    settings = {name: field.default for name, field in Settings.model_fields.items()}

    assert volumes == [
        f"{only('WORKDIR')}/{settings[name].parent}" for name in ("database_path", "log_path")
    ]


def test_the_dataset_is_where_the_settings_look():
    assert str(Settings.model_fields["dataset_path"].default) in copied()


def service() -> dict[str, Any]:
    (found,) = yaml.safe_load(text("compose.yaml"))["services"].values()
    assert isinstance(found, dict)
    return found


def test_compose_writes_only_where_the_image_says():
    """The rest of the container is read-only; a temporary folder has its end."""
    compose = yaml.safe_load(text("compose.yaml"))
    mounts = dict(mount.split(":") for mount in service()["volumes"])

    assert service()["read_only"] is True
    assert [path.split(":")[0] for path in service()["tmpfs"]] == ["/tmp"]
    assert all("size=" in path for path in service()["tmpfs"])
    assert [*mounts.values()] == json.loads(only("VOLUME"))
    assert set(mounts) == set(compose["volumes"])


def test_compose_gives_no_rights():
    assert service()["cap_drop"] == ["ALL"]
    assert service()["security_opt"] == ["no-new-privileges:true"]
    for much in ("privileged", "cap_add", "devices", "ports", "network_mode", "pid", "user"):
        assert much not in service()


def test_compose_bounds_what_may_be_used():
    """Memory, processes and the log; without swap, in which a bot would be as good as dead."""
    log = service()["logging"]

    assert service()["mem_limit"] == service()["memswap_limit"] == "256m"
    assert 0 < service()["pids_limit"] <= 256
    assert log["driver"] == "json-file"
    assert set(log["options"]) == {"max-size", "max-file"}


def test_compose_starts_it_again_and_keeps_the_secrets_outside():
    assert service()["restart"] == "unless-stopped"
    assert service()["build"] == "."
    assert service()["env_file"] == ".env"
    assert "environment" not in service()
