"""A node that is a process on this machine: what is run there sees what this process sees."""

import os
import subprocess

from leadline.base.command import Command, Completed
from leadline.base.errors import HostError
from leadline.base.text import Text
from leadline.hosts.local import Running
from leadline.hosts.namespaces import EVERYTHING, join
from leadline.hosts.shell import ARGUMENT

_LINE = f"sh -s {ARGUMENT}; exit $?"
"""Two shells: the outer one joined the PID namespace, but only what it starts is in it."""


class InsideHost:
    """A process on this machine as a host. `process`: its PID."""

    def __init__(self, name: str, process: int) -> None:
        self.name = name
        self._process = process

    async def run(self, command: Command) -> Completed:
        """Runs the script in the process's namespaces; raises HostError where they cannot be joined."""
        import asyncio

        try:
            with Running(_LINE, command, name=self.name, enter=self._enter) as running:
                return await asyncio.to_thread(running.result)
        except subprocess.SubprocessError:  # all that is known of an error in `enter`
            raise HostError(
                Text(
                    f"{self.name}: its namespaces cannot be joined; its process ended, or is another user's",
                    f"{self.name}: 네임스페이스에 들어갈 수 없습니다. 프로세스가 끝났거나 다른 사용자의 것입니다",
                )
            ) from None

    def _enter(self) -> None:
        join(self._process, EVERYTHING)
        os.chdir("/")
