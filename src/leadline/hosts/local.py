"""This machine."""

import os
import signal
import subprocess
from collections.abc import Callable

from leadline.base.command import Command, Completed
from leadline.base.errors import HostError
from leadline.base.text import Text
from leadline.hosts.shell import PLAIN, SUDO


class LocalHost:
    """This machine. `sudo`: run as root where sudo asks for no password."""

    name = "local"

    def __init__(self, *, sudo: bool = False) -> None:
        self._line = SUDO if sudo else PLAIN

    def start(self, command: Command) -> "Running":
        """Starts the script; it runs while the caller does something else, and needs no event loop."""
        return Running(self._line, command)

    async def run(self, command: Command) -> Completed:
        """Runs the script beside other hosts."""
        import asyncio  # slow to import, and a recording of this machine alone does without

        with self.start(command) as running:
            return await asyncio.to_thread(running.result)


class Running:
    """A script that runs here, in a session of its own; the whole of it ends with the `with` block.

    `name`: the host in what is said of it; `enter`: what its process does before it becomes the shell.
    """

    def __init__(
        self,
        line: str,
        command: Command,
        *,
        name: str = LocalHost.name,
        enter: Callable[[], None] | None = None,
    ) -> None:
        self._name = name
        self._timeout = command.timeout
        # A file, not a pipe: nobody has to feed it, and every shell reads it in large pieces.
        with os.fdopen(os.memfd_create("leadline"), "w+b") as script:
            script.write(command.text.encode())
            script.seek(0)
            self._process = subprocess.Popen(
                ["/bin/sh", "-c", line],
                stdin=script,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
                preexec_fn=enter,
            )

    def __enter__(self) -> "Running":
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGTERM)
            self._process.wait()

    def result(self) -> Completed:
        """What came of it. Raises HostError where it takes longer than the command may."""
        try:
            stdout, stderr = self._process.communicate(timeout=self._timeout)
        except subprocess.TimeoutExpired:
            raise HostError(
                Text(
                    f"{self._name}: not done after {self._timeout:.0f} s; allow more with --timeout",
                    f"{self._name}: {self._timeout:.0f}초 안에 끝나지 않았습니다. --timeout으로 시간을 늘리십시오",
                )
            ) from None
        return Completed(self._process.returncode, stdout, stderr)
