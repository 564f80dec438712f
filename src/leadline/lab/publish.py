"""Ports of the machine's loopback that lead to node ports, as kind's port mappings do."""

import socket
from typing import NamedTuple

from leadline.hosts.namespaces import set_title


class Published(NamedTuple):
    """A socket that listens on the machine, where it was made, and the node port behind it."""

    socket: socket.socket
    node_port: int


def forward(published: list[Published], address: str) -> None:
    """Carries every connection to the node of this address, until the process ends."""
    import asyncio

    set_title("publish")

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while block := await reader.read(65536):
                writer.write(block)
                await writer.drain()
            writer.write_eof()
        except OSError:
            writer.close()

    async def serve(one: Published) -> None:
        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                inner_reader, inner_writer = await asyncio.open_connection(address, one.node_port)
            except OSError:  # refused or rejected inside: the machine's side sees its connection closed
                writer.close()
                return
            await asyncio.gather(carry(reader, inner_writer), carry(inner_reader, writer))
            inner_writer.close()
            writer.close()

        server = await asyncio.start_server(connected, sock=one.socket)
        await server.serve_forever()

    async def everything() -> None:
        await asyncio.gather(*(serve(each) for each in published))

    asyncio.run(everything())
