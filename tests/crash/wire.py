"""A wire between hospital and portal that delays, stalls, cuts, trickles, half-closes and says things twice.

It knows nothing of HTTP: it strikes at bytes, wherever they happen to be in a request or an answer.
"""

import contextlib
import random
import socket
import struct
import threading
import time
from collections import Counter

RESET = struct.pack("ii", 1, 0)
WAYS = (
    "well", "well", "well", "slow to begin", "cut in the request", "cut in the answer", "reset in the answer",
    "stalls in the answer", "trickles", "half-closed", "says it twice", "not there", "taken and never passed on",
)  # fmt: skip


class Wire:
    """Listens on a port of its own and passes on to ``portal``; what it does to a connection comes from the seed."""

    def __init__(self, portal: str, seed: int) -> None:
        host, port = portal.removeprefix("http://").split(":")
        self.portal = (host, int(port))
        self.random = random.Random(seed)
        self.done: Counter[str] = Counter()
        self.well = False
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.address = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self._listen, daemon=True).start()

    def close(self) -> None:
        self.listener.close()

    def _listen(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            way = "well" if self.well else self.random.choice(WAYS)
            place = self.random.random()
            self.done[way] += 1
            threading.Thread(target=self._carry, args=(client, way, place), daemon=True).start()

    def _carry(self, client: socket.socket, way: str, place: float) -> None:
        with client, contextlib.suppress(OSError):
            if way == "not there":
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                return
            if way == "taken and never passed on":
                client.settimeout(2.0)
                client.recv(1 << 20)
                return
            if way == "slow to begin":
                time.sleep(2 * place)
            with socket.create_connection(self.portal, timeout=90) as server:
                stop = int(place * 60_000) if way == "cut in the request" else None
                back = threading.Thread(target=self._answer, args=(server, client, way, place), daemon=True)
                back.start()
                _pass(client, server, stop)
                if way == "half-closed":
                    server.shutdown(socket.SHUT_WR)
                if stop is None:
                    back.join(90)

    def _answer(self, server: socket.socket, client: socket.socket, way: str, place: float) -> None:
        with contextlib.suppress(OSError):
            data = server.recv(1 << 16)
            cut = int(place * len(data))
            if way == "cut in the answer":
                client.sendall(data[:cut])
            elif way == "reset in the answer":
                client.sendall(data[:cut])
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                client.close()
                return
            elif way == "stalls in the answer":
                client.sendall(data[:cut])
                time.sleep(3.0)
                client.sendall(data[cut:])
            elif way == "trickles":
                for byte in data:
                    client.sendall(bytes([byte]))
                    time.sleep(0.004)
            elif way == "says it twice":
                client.sendall(data + data)
            else:
                client.sendall(data)
                if self.well:
                    _pass(server, client, None)
                # A connection that is used again is cut after a few answers: at once, or a moment into the next call.
                for _ in range(int(4 * place)):
                    client.sendall(server.recv(1 << 16))
                time.sleep(0.02 * place if place > 0.5 else 0)
            client.shutdown(socket.SHUT_RDWR)


def _pass(source: socket.socket, target: socket.socket, stop: int | None) -> None:
    """Carry bytes until the source ends, or until so many were carried."""
    carried = 0
    while data := source.recv(1 << 14):
        if stop is not None and carried + len(data) >= stop:
            target.sendall(data[: stop - carried])
            return
        target.sendall(data)
        carried += len(data)
