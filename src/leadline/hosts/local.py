"""This machine."""

import asyncio
import os
import signal

from leadline.base.command import Command, Completed
from leadline.base.errors import HostError
from leadline.base.text import Text
from leadline.hosts.shell import PLAIN, SUDO


class LocalHost:
    """This machine. `sudo`: run as root where sudo asks for no password."""

    name = "local"

    def __init__(self, *, sudo: bool = False) -> None:
        self._line = SUDO if sudo else PLAIN

    async def run(self, command: Command) -> Completed:
        """Runs the script in a session of its own; the whole of it ends with us and at its timeout."""
        process = await asyncio.create_subprocess_exec(
            "/bin/sh",
            "-c",
            self._line,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        try:
            async with asyncio.timeout(command.timeout):
                stdout, stderr = await process.communicate(command.text.encode())
        except TimeoutError:
            raise HostError(
                Text(
                    f"{self.name}: not done after {command.timeout:.0f} s; allow more with --timeout",
                    f"{self.name}: {command.timeout:.0f}초 안에 끝나지 않았습니다. --timeout으로 시간을 늘리십시오",
                )
            ) from None
        finally:
            if process.returncode is None:
                os.killpg(process.pid, signal.SIGTERM)
                await process.wait()
        return Completed(process.returncode or 0, stdout, stderr)
