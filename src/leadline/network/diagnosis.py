"""The causes why flows do not get through, found by the modules of `causes`."""

from functools import cache

import leadline.network.causes as package
from leadline.base.discovery import Catalogue
from leadline.network.cause import Case, Finder
from leadline.network.result import Branch, Cause, Flow
from leadline.network.topology import Topology


@cache
def _finders() -> Catalogue[Finder]:
    return Catalogue(package, Finder, lambda finder: [finder.otherwise, *finder.dispositions])


def find(case: Case) -> tuple[Cause, ...]:
    """The causes of one way's end: what the finders of this disposition say, else what those for the rest say."""
    for otherwise in (False, True):
        found = []
        for name, (late, *dispositions) in _finders().notes.items():
            if late == otherwise and case.way.disposition in dispositions:
                cause = _finders()[name].find(case)
                if cause is not None:
                    found.append(cause)
        if found:
            return tuple(found)
    return ()


def causes(topology: Topology, flow: Flow, branches: tuple[Branch, ...]) -> tuple[Cause, ...]:
    """The causes of all ways that do not get through, each once, those that stop most ways first."""
    often: dict[str, int] = {}
    found: dict[str, Cause] = {}
    for branch in branches:
        if branch.ends.disposition != "delivered":
            for cause in find(Case(topology, flow, branch, branch.ends)):
                found.setdefault(cause.key, cause)
                often[cause.key] = often.get(cause.key, 0) + 1
    return tuple(sorted(found.values(), key=lambda cause: -often[cause.key]))
