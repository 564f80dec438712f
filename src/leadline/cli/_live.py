"""This machine, recorded for one look."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from leadline.base.errors import HostError
from leadline.hosts.local import LocalHost
from leadline.snapshot.record import Target, record

_SECONDS = 30


@contextmanager
def this_machine() -> Iterator[Path]:
    """The folder of a fresh recording; it goes when the look is over. Raises HostError where that fails."""
    with TemporaryDirectory(prefix="leadline-") as temporary:
        (result,) = record(
            [Target(LocalHost())], Path(temporary), timeout=_SECONDS, jobs=1, done=lambda _: None
        )
        if result.error is not None:
            raise HostError(result.error)
        yield Path(temporary)
