"""What a host is to everything above: something that runs a Command."""

from typing import Protocol

from leadline.base.command import Command, Completed


class Host(Protocol):
    """A machine that runs scripts. `name`: what the user calls it."""

    @property
    def name(self) -> str: ...

    async def run(self, command: Command) -> Completed:
        """Runs the script as `sh -s` with `$1` = `leadline-record`; raises HostError where it cannot."""
        ...
