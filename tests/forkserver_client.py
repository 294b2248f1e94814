"""Has the fork server run a module, whose streams, signals and exit code become its own.

Run as `python -I -S forkserver_client.py ADDRESS MODULE ARGUMENTS...`, which starts quickly.
"""

import json
import os
import signal
import socket
import sys


def main(address: str, module: str, *arguments: str) -> int:
    """Have the module run; returns its exit code."""
    with socket.socket(socket.AF_UNIX) as server:
        server.connect(f"\0{address}")
        order = {
            "module": module,
            "arguments": arguments,
            "environment": dict(os.environ),
            "folder": os.getcwd(),  # noqa: PTH109 - pathlib would double the time this takes
        }
        content = json.dumps(order).encode()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda number, _: server.send(bytes([number])))
        socket.send_fds(server, [len(content).to_bytes(4, "big")], [0, 1, 2])
        server.sendall(content)
        code = server.recv(1)
    return code[0] if code else 1


if __name__ == "__main__":
    os._exit(main(*sys.argv[1:]))
