"""Kernel settings, as `sysctl -a` prints them."""

import re

from leadline.base.text import Text
from leadline.facts.concealment import HIDDEN
from leadline.facts.reading import (
    Shown,
    beside_each_other,
    cut,
    last_key,
    last_output,
    nothing,
    shown,
    unread,
)
from leadline.facts.source import Parsed, Problem, Source, not_this

WHAT = "sysctl -a"
_REDACT = (
    rf"sed -e 's/^\(.*stable_secret\) = ..*/\1 = {HIDDEN}/' -e 's/^\(.*fastopen_key\) = ..*/\1 = {HIDDEN}/'"
)
_SECRETS = (".stable_secret", ".tcp_fastopen_key")
# these files of /proc/sys have several lines, and sysctl repeats the key before each
_SEVERAL_LINES = re.compile(r"kernel\.core_modes|dev\.cdrom\.info|fs\.binfmt_misc\..*")
_MESSAGE = re.compile(r"(?:sysctl|error|warning): .*")
_QUOTED_KEY = re.compile(r"""['"]([^'"\s]+[./][^'"\s]+)['"]""")
_NUMBERS = re.compile(r"-?\d+(?:\s+-?\d+)+")


def parse(text: str) -> Parsed:
    """Key → value. A vector's numbers are separated by one tab, a value of several lines by line breaks.

    Keys that could not be read or that have two different values are `unreadable`.
    Random keys of the kernel are replaced. Raises ParseError where no setting is in the text.
    """
    seen = shown(text, "sysctl")
    lines = _whole(seen.lines) if "sysctl: " in text else seen.lines
    problems = list(seen.problems)
    begin, doubts = _begin(Shown(lines, seen.ended), text)
    problems += doubts
    entries: dict[str, str] = {}
    unreadable: set[str] = set()
    strange: list[int] = []
    before = ""
    for number, line in enumerate(lines[begin:] if begin else lines, begin + 1):
        key, sign, value = line.partition(" = ")
        if not sign:
            key, sign, value = _other(line, unreadable)
            if not sign:
                if line and not key:
                    strange.append(number)
                continue
        if " " in key or "." not in key:
            strange.append(number)
            continue
        if " " in value or "\t" in value:
            value = _vector(value.strip())
        if key in entries and entries[key] != value:
            if key == before and _SEVERAL_LINES.fullmatch(key):
                value = f"{entries[key]}\n{value}"
            else:
                problems.append(Problem(_TWO_VALUES.fill(key=key), number))
                unreadable.add(key)
        entries[key] = value
        before = key
    if (not entries and not unreadable) or len(strange) > len(entries) + len(unreadable):
        raise nothing(lines, WHAT)
    problems += [unread(number) for number in strange]
    if not seen.ended:
        problems.append(cut(len(lines)))
    # `sysctl -a` goes through its folders by name: a long text that does not reach `vm` was cut or filtered
    part = len(entries) > LONG and not before.startswith("vm.")
    if part and seen.ended:
        problems.append(Problem(_PART.fill(key=before), len(lines)))
    for key in entries:
        if key.endswith(_SECRETS) and entries[key]:
            entries[key] = HIDDEN
    for key in unreadable:
        entries.pop(key, None)
    covers = frozenset(entries) if part else None
    return Parsed(entries, tuple(problems), frozenset(unreadable), covers, last_key(seen, entries))


LONG = 200
_PART = Text(
    "the settings end at {key}, so this is not all of `sysctl -a`; what is missing is not called removed",
    "{key}에서 끝나 `sysctl -a`의 전체가 아니므로, 없는 키를 삭제된 것으로 보지 않습니다",
)
_TWO_VALUES = Text(
    "{key} stands here with another value than before, so it is not compared; save `sysctl -a` again",
    "{key}의 값이 앞의 값과 달라 비교하지 않습니다. `sysctl -a`를 다시 저장하십시오",
)


def meet(left: Parsed, right: Parsed) -> tuple[Parsed, Parsed]:
    """A few chosen keys beside a whole `sysctl -a` cover only themselves."""
    return beside_each_other(left, right, lambda each: len(each.entries) <= LONG)


def _begin(seen: Shown, text: str) -> tuple[int, tuple[Problem, ...]]:
    """Where the output to read begins: the first key of a text comes again only where a second one starts."""
    for place, line in enumerate(seen.lines):
        if line.startswith("* Applying "):
            raise not_this(WHAT, place + 1)
        key, sign, _ = line.partition(" = ")
        if not sign or " " in key:
            continue
        if _SEVERAL_LINES.fullmatch(key):
            return 0, ()
        opening = key + " = "
        if text.count(opening) < 2:
            return 0, ()
        starts = [place]
        starts += [
            at for at, other in enumerate(seen.lines[place + 1 :], place + 1) if other.startswith(opening)
        ]
        if len(starts) == 1:
            return 0, ()
        return last_output(seen, starts)
    return 0, ()


def _whole(lines: list[str]) -> list[str]:
    """The lines, where a message on stderr that broke into one of them stands by itself again."""
    broken = [place for place, line in enumerate(lines) if "sysctl: " in line[1:]]
    whole = list(lines)
    for place in broken:
        head, _, message = whole[place].partition("sysctl: ")
        whole[place] = "sysctl: " + message
        rest = place + 1
        while rest < len(whole) and whole[rest].startswith("sysctl: "):
            rest += 1
        if rest < len(whole):
            whole[rest] = head + whole[rest]
    return whole


def _other(line: str, unreadable: set[str]) -> tuple[str, str, str]:
    """A line without ` = `: an empty value whose last blank was lost, or a message about one key."""
    if line.endswith(" ="):
        return line[:-2], "=", ""
    if _MESSAGE.fullmatch(line):
        if (quoted := _QUOTED_KEY.search(line)) is not None:
            unreadable.add(quoted[1])
            return quoted[1], "", ""
        return "sysctl", "", ""
    return "", "", ""


def _vector(value: str) -> str:
    """Numbers and tab-separated words with one tab between; terminals turn the tabs into blanks."""
    if "\t" in value or "  " in value or _NUMBERS.fullmatch(value):
        return "\t".join(value.split())
    return value


source = Source(
    name="sysctl",
    title=Text("kernel settings (sysctl)", "커널 설정(sysctl)"),
    files={"sysctl.txt": f"sysctl -a 2>&1 | {_REDACT}"},
    aliases=("sysctl_a", "sysctls", "kernel_parameters"),
    parse=parse,
    meet=meet,
)
