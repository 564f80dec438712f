"""The server in every pod: says over HTTP and UDP which pod answers and from which address the question came."""

import selectors
import socket
from collections.abc import Callable

_LONGEST_QUESTION = 16384
_OPEN_AT_ONCE = 512


def listening(port: int) -> tuple[socket.socket, socket.socket]:
    """The TCP and the UDP socket of one port, on every address."""
    tcp = socket.create_server(("", port), backlog=128)
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind(("", port))
    return tcp, udp


def serve(name: str, sockets: tuple[socket.socket, socket.socket]) -> None:
    """Answers until the process ends. `name`: what the answer says it is from."""
    tcp, udp = sockets
    tcp.setblocking(False)
    ready = selectors.DefaultSelector()
    questions: dict[socket.socket, bytes] = {}

    def close(client: socket.socket) -> None:
        ready.unregister(client)
        questions.pop(client, None)
        client.close()

    def accept() -> None:
        client, _ = tcp.accept()
        client.setblocking(False)
        if len(questions) >= _OPEN_AT_ONCE:
            close(next(iter(questions)))
        questions[client] = b""
        ready.register(client, selectors.EVENT_READ, lambda: hear(client))

    def hear(client: socket.socket) -> None:
        heard = client.recv(_LONGEST_QUESTION)
        questions[client] += heard
        if b"\r\n\r\n" in questions[client] or not heard or len(questions[client]) > _LONGEST_QUESTION:
            if questions[client]:
                client.sendall(_http(_answer(name, client.getpeername(), client.getsockname())))
            close(client)

    def datagram() -> None:
        _, sender = udp.recvfrom(_LONGEST_QUESTION)
        udp.sendto(_answer(name, sender, udp.getsockname()).encode(), sender)

    ready.register(tcp, selectors.EVENT_READ, accept)
    ready.register(udp, selectors.EVENT_READ, datagram)
    while True:
        for key, _ in ready.select():
            _heard(key.data, key.fileobj, close if key.fileobj in questions else None)


def _heard(handle: Callable[[], None], source: object, close: Callable[[socket.socket], None] | None) -> None:
    try:
        handle()
    except OSError:  # the other end went away, or a filter refused the answer: the next one is served
        if close is not None and isinstance(source, socket.socket):
            close(source)


def _answer(name: str, sender: tuple[str, int], own: tuple[str, int]) -> str:
    return f"{name}\nfrom {sender[0]}:{sender[1]}\nto port {own[1]}\n"


def _http(text: str) -> bytes:
    return (
        f"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {len(text)}\r\n"
        f"Connection: close\r\n\r\n{text}"
    ).encode()
