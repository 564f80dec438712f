"""The contract of an explanation rule."""

from collections.abc import Callable, Collection, Mapping
from typing import Literal

import msgspec

from leadline.base.text import Text
from leadline.explain.pair import Pair
from leadline.explain.witness import Evidence
from leadline.snapshot.diff import Change, Kind

Class = Literal["config", "derived", "runtime"]
Certainty = Literal["shown", "likely"]


class Match(msgspec.Struct, frozen=True, gc=False):
    """A rule's answer to one change: what was seen, how sure that makes it, and what fills its texts.

    `shown`: the author is seen in the snapshot. `likely`: only its whole signature is.
    `usual`: whether a listener's binding is the component's usual one; None for anything else.
    """

    evidence: tuple[Evidence, ...]
    certainty: Certainty = "shown"
    values: Mapping[str, object] = {}
    usual: bool | None = None


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """Who makes a kind of change, why, and by which evidence.

    `name`: the module's name with `-` for `_`. `facts`: the sources whose changes it may explain; `kinds`:
    the kinds of change; `keys`: the only keys, where they are known: whole ones, beginnings (`net.bridge.*`),
    and settings of interfaces (`net.ipv4.conf.*.rp_filter`, see `sysctl_keys.place_of`).
    `component`: the author as operators call it (`kubelet`, `flannel`, `kernel`, `systemd`, `docker`).
    `class_`: config (someone decided it), derived (follows from another change), runtime (moves by itself).
    `why`: what it did and why; `consequence`: what follows for security and operation.
    `since`: the versions this holds for. `source`: where that stands (repository path and function, RFC,
    kernel file). `group`: the name under which its changes fold in a display.
    `match`: a pure function; None where this is not the cause or the evidence is missing.
    """

    name: str
    facts: tuple[str, ...]
    component: str
    class_: Class
    why: Text
    since: str
    source: str
    match: Callable[[Change, Pair], Match | None]
    kinds: tuple[Kind, ...] = ("added", "removed", "changed")
    keys: Collection[str] | None = None
    consequence: Text | None = None
    group: Text | None = None
