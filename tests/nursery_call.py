"""Asks the nursery for a module, and stands for it: streams, signals and exit code are its own.

Run as `python -I -S nursery_call.py ADDRESS MODULE ARGUMENTS...`, which starts in an instant.
"""

import json
import os
import signal
import socket
import sys


def main(address: str, module: str, *arguments: str) -> int:
    """Have the module run; returns its exit code."""
    with socket.socket(socket.AF_UNIX) as nursery:
        nursery.connect(address)
        order = {
            "module": module,
            "arguments": arguments,
            "environment": dict(os.environ),
            "folder": os.getcwd(),  # noqa: PTH109 - pathlib would double the time this takes
        }
        content = json.dumps(order).encode()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda number, _: nursery.send(bytes([number])))
        socket.send_fds(nursery, [len(content).to_bytes(4, "big")], [0, 1, 2])
        nursery.sendall(content)
        code = nursery.recv(1)
    return code[0] if code else 1


if __name__ == "__main__":
    os._exit(main(*sys.argv[1:]))
