"""`python -m sandbox`: imitate Telegram on this machine."""

import argparse
import asyncio
import sys

try:
    from sandbox.guard import LOOPBACK_HOSTS
    from sandbox.server import serve
    from sandbox.shapes import Json
    from sandbox.world import World
except ModuleNotFoundError as missing:
    name = str(missing.name).split(".")[0]
    sys.stderr.write(f"sandbox: {name} is missing: pip install 'natasha-bot[demo]'\n")
    sys.exit(2)


def main(arguments: list[str] | None = None) -> int:
    """Run the sandbox; returns the exit code."""
    options = _parser().parse_args(arguments)
    world = World(bot_tokens=frozenset(options.token), has_limits=options.limits)
    for user, role in options.user:
        world.put_user(user, role=role)
    try:
        asyncio.run(serve(world, options.host, options.port, until_eof=options.until_eof))
    except SystemExit:  # uvicorn has printed the reason, for instance that the port is in use
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--host", type=_loopback, default="127.0.0.1", help="loopback only")
    parser.add_argument("--port", type=int, default=8082, help="0: any that is free")
    parser.add_argument(
        "--token", action="append", default=[], help="let only this bot in; may be repeated"
    )
    parser.add_argument("--limits", action="store_true", help="answer 429 as Telegram would")
    parser.add_argument("--until-eof", action="store_true", help="stop when standard input ends")
    parser.add_argument(
        "--user",
        action="append",
        default=[],
        type=_user,
        metavar="ID:NAME[:LANGUAGE[:ROLE]]",
        help="a person who is there from the start; may be repeated",
    )
    return parser


def _loopback(host: str) -> str:
    if host not in LOOPBACK_HOSTS:
        raise argparse.ArgumentTypeError(
            f"{host} is not this machine alone, and the sandbox has no passwords: use 127.0.0.1"
        )
    return host


def _user(words: str) -> tuple[Json, str]:
    user_id, name, language, role, *rest = [*words.split(":"), "", "", ""]
    if not user_id.isdigit() or int(user_id) == 0 or not name or any(rest):
        raise argparse.ArgumentTypeError(f"{words!r} is not ID:NAME[:LANGUAGE[:ROLE]]")
    user: Json = {"id": int(user_id), "is_bot": False, "first_name": name}
    return user | ({"language_code": language} if language else {}), role


if __name__ == "__main__":
    sys.exit(main())
