"""Labs for tests: each with a name of its own, and gone afterwards."""

import asyncio
import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from leadline.base.command import Command
from leadline.base.errors import HostError
from leadline.hosts.inside import InsideHost
from leadline.lab.lab import Lab, down, place, up
from leadline.lab.plan import LabSpec

_numbers = itertools.count(1)


@contextmanager
def standing(**wishes: Any) -> Iterator[Lab]:
    """A lab as wished for (the fields of LabSpec), until the end of the block."""
    name = f"t{os.getpid()}-{next(_numbers)}"
    try:
        lab = up(LabSpec(name=name, **wishes), lambda word, number: None)
    except HostError as error:
        if "make no namespaces" in error.text.en:
            pytest.skip(error.text.en)
        raise
    try:
        yield lab
    finally:
        down(name)


def inside(lab: Lab, name: str, script: str, container: str | None = None) -> str:
    """What a script prints on a node or in a pod; it must succeed."""
    host = InsideHost(name, place(lab, name, container))
    done = asyncio.run(host.run(Command(script, 20)))
    assert done.exit == 0, f"{name}: {script}\n{done.stderr.decode()}"
    return done.stdout.decode()
