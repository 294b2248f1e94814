"""The connection of a speaker to the server, where it is no child: it calls, and shows a secret.

Nothing here imports torch.
"""

import socket
from pathlib import Path

SECRET_BYTES = 32
_CALL_S = 10.0
_SILENT_S = 30
"""A peer that has not confirmed anything for so long is gone, as with a machine's power."""


def call(host: str, port: int, secret_file: Path) -> socket.socket:
    """Connect to the server that has written the file. Raises `OSError`: it has ended."""
    secret = secret_file.read_bytes()
    connection = socket.create_connection((host, port), timeout=_CALL_S)
    connection.sendall(secret)
    connection.settimeout(None)
    watch(connection)
    return connection


def watch(connection: socket.socket) -> None:
    """Let a connection break when its peer vanishes without a word.

    https://man7.org/linux/man-pages/man7/tcp.7.html (looked up 2026-12-01)
    """
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, _SILENT_S // 3)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, _SILENT_S // 3)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 2)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _SILENT_S * 1000)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
