"""Modules that are to be loaded at boot: modules-load.d and /etc/modules."""

import re

import msgspec

from leadline.base.text import Text
from leadline.facts.parts import parts, show
from leadline.facts.reading import refused, unread
from leadline.facts.source import Parsed, Source

_MODULE = re.compile(r"([A-Za-z0-9_-]+)(?:\s+(\S.*))?")


class ModuleLoad(msgspec.Struct, frozen=True):
    """A line of such a file: the module (with `_`) and the parameters /etc/modules may give it."""

    module: str
    parameters: str
    file: str


def parse(text: str) -> Parsed:
    """`<file> <module>` → ModuleLoad."""
    found, problems = parts(text)
    entries: dict[str, ModuleLoad] = {}
    for part in found:
        for number, line in part.lines("#;"):
            if (match := _MODULE.fullmatch(line)) is None or (not part.path and match[2]):
                problems.append(unread(number))
                continue
            module = match[1].replace("-", "_")
            entries[f"{part.path} {module}".strip()] = ModuleLoad(module, match[2] or "", part.path)
    if problems and not entries and not any(part.path for part in found):
        raise refused(text, "modules-load.d")
    return Parsed(entries, tuple(problems))


source = Source(
    name="modules_load",
    title=Text("modules loaded at boot", "부팅 시 적재할 모듈"),
    files={
        "modules_load.txt": show(
            "/etc/modules",
            "/etc/modules-load.d/*.conf",
            "/run/modules-load.d/*.conf",
            "/usr/lib/modules-load.d/*.conf",
        )
    },
    aliases=("modules_load_d", "etc_modules"),
    parse=parse,
    paths=(
        "etc/modules",
        "etc/modules-load.d/*.conf",
        "run/modules-load.d/*.conf",
        "usr/lib/modules-load.d/*.conf",
    ),
)
