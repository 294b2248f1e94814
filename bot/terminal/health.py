"""`health`: how the running bot is."""

import http.client

from bot.config import Needs, load_settings

ANSWER_S = 5.0


def health() -> int:
    """Print what `/healthz` says; 0 when the bot is well."""
    host, _, port = load_settings(Needs.NOTHING).health_listen.rpartition(":")
    if not port.isdigit():
        print("HEALTH_LISTEN is off: nobody can be asked.")
        return 1
    asked = "127.0.0.1" if host in ("", "0.0.0.0") else host  # noqa: S104
    connection = http.client.HTTPConnection(asked, int(port), timeout=ANSWER_S)
    try:
        connection.request("GET", "/healthz?text")
        answer = connection.getresponse()
        print(answer.read().decode(errors="replace"), end="")
    except (OSError, http.client.HTTPException) as exc:
        print(f"Nobody answers at {asked}:{port}: {exc}")
        return 1
    finally:
        connection.close()
    return 0 if answer.status == http.client.OK else 1
