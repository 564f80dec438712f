"""What is known of a name: a sysctl key, port, mount, chain or interface."""

import re
from typing import Literal

import msgspec

from leadline.base.text import Text


class Peer(msgspec.Struct, frozen=True):
    """Who talks to a port: the client, the server, what for, and on which roles
    (`control-plane`, `worker`, `every node`)."""

    client: Text
    server: str
    why: Text
    roles: Text


class Topic(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one name or family of names.

    `pattern`: a regular expression for the whole name (a port's is `10250/tcp`).
    `general`: it speaks of a whole family of names, and counts where no other topic of its kind does.
    `role`: an interface in two or three words. `values`: value → what it means, for settings. `usual`: the
    usual binding of a port. `source`: where this stands.
    """

    kind: Literal["sysctl", "port", "mount", "chain", "interface"]
    pattern: str
    what: Text
    source: str
    general: bool = False
    role: Text | None = None
    values: dict[str, Text] = {}
    owner: str = ""
    usual: Text | None = None
    peers: tuple[Peer, ...] = ()
    advice: Text | None = None

    @property
    def name(self) -> str | None:
        """The one name that the pattern matches; None where it leaves a choice. A bare dot counts as a dot:
        nobody writes it for any sign."""
        if re.search(r"[][()|*+?{}^$]|\\[A-Za-z]", self.pattern):
            return None
        return re.sub(r"\\(.)", r"\1", self.pattern)
