"""Control groups: which version, which controllers, how they are mounted."""

import msgspec

from leadline.base.text import Text
from leadline.facts.reading import unread
from leadline.facts.source import Parsed, Problem, Source, not_this
from leadline.facts.table import lines, whole

COMMAND = (
    "grep cgroup /proc/mounts; cat /proc/cgroups;"
    " if [ -r /sys/fs/cgroup/cgroup.controllers ]; then"
    " printf 'controllers '; cat /sys/fs/cgroup/cgroup.controllers; fi"
)


class CgroupMount(msgspec.Struct, frozen=True):
    """A mounted hierarchy: file system type (cgroup, cgroup2) and mount options."""

    fstype: str
    options: tuple[str, ...]


class Controller(msgspec.Struct, frozen=True):
    """A controller: switched on, the version 1 hierarchy it is attached to (0: none), groups that exist."""

    enabled: bool
    hierarchy: int | None
    groups: int | None


def parse(text: str) -> Parsed:
    """`version` → `v1`, `v2` or `hybrid`; `mount <target>` → CgroupMount; `controller <name>` → Controller;
    `unified` → the controllers of version 2, in the order of the alphabet."""
    entries: dict[str, object] = {}
    problems: list[Problem] = []
    kinds: dict[str, str] = {}
    for number, line in lines(text, "cat /proc/cgroups"):
        words = line.split()
        figures = [whole(word) for word in words[1:]]
        if line.startswith("#subsys_name"):
            continue
        if words[0] == "controllers":
            entries["unified"] = " ".join(sorted(words[1:]))
        elif len(words) == 6 and words[1].startswith("/"):
            if words[2] in ("cgroup", "cgroup2"):
                kinds[words[1]] = words[2]
                entries[f"mount {words[1]}"] = CgroupMount(words[2], tuple(words[3].split(",")))
        elif len(words) == 4 and None not in figures:
            entries[f"controller {words[0]}"] = Controller(figures[2] == 1, figures[0], figures[1])
        else:
            problems.append(unread(number))
    if len(problems) > len(entries):
        raise not_this("cat /proc/cgroups")
    if kinds:
        both = {"cgroup", "cgroup2"} <= set(kinds.values())
        version = "hybrid" if both else "v2" if "cgroup2" in kinds.values() else "v1"
        entries = {"version": version, **entries}
    return Parsed(entries, tuple(problems))


source = Source(
    name="cgroup",
    title=Text("control groups (cgroup)", "컨트롤 그룹(cgroup)"),
    files={"cgroup.txt": COMMAND},
    aliases=("cgroups", "proc_cgroups"),
    parse=parse,
    volatile=frozenset({"groups", "hierarchy"}),
)
