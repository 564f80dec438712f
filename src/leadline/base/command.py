"""What is run on a host, and what came of it."""

import msgspec


class Command(msgspec.Struct, frozen=True):
    """One POSIX `sh` script; it travels on stdin, never in argv. `timeout`: seconds for the whole of it."""

    text: str
    timeout: float


class Completed(msgspec.Struct, frozen=True):
    """How a Command ended: exit code (minus the signal where one ended it) and what it printed, as bytes."""

    exit: int
    stdout: bytes
    stderr: bytes
