"""What flanneld gave this node: /run/flannel/subnet.env."""

import re

from leadline.base.text import Text
from leadline.facts.parts import parts, show
from leadline.facts.reading import refused, unread
from leadline.facts.source import Parsed, Source

_ASSIGNED = re.compile(r"(?:export )?([A-Za-z_][A-Za-z0-9_]*)=(.*)$")


def parse(text: str) -> Parsed:
    """FLANNEL_NETWORK, FLANNEL_SUBNET, FLANNEL_MTU, FLANNEL_IPMASQ (and the IPv6 ones) → value, a str."""
    found, problems = parts(text)
    entries: dict[str, str] = {}
    bad = 0
    for part in found:
        for number, line in part.lines():
            if (match := _ASSIGNED.match(line)) is not None:
                entries[match[1]] = match[2].strip("\"'")
            else:
                bad += 1
                problems.append(unread(number))
    if bad > len(entries) or (found and not any(key.startswith("FLANNEL_") for key in entries)):
        raise refused(text, "cat /run/flannel/subnet.env")
    return Parsed(entries, tuple(problems))


source = Source(
    name="flannel_subnet",
    title=Text("Flannel subnet", "Flannel 서브넷"),
    files={"subnet_env.txt": show("/run/flannel/subnet.env")},
    parse=parse,
    aliases=("flannel_subnet_env",),
    paths=("run/flannel/subnet.env",),
)
