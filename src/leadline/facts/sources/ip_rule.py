"""Policy routing rules of both families: `ip rule` and `ip -6 rule`."""

import re
from typing import Any

import msgspec

from leadline.base.errors import ParseError
from leadline.base.text import Text
from leadline.facts.entries import is_json, items, rows
from leadline.facts.reading import appended, free_key, refused, unread
from leadline.facts.source import Parsed, Source

_WHAT = "ip rule"
_LINE = re.compile(r"(\d+):\s+((?:not )?from .*)")
_ACTION = re.compile(r"\b(?:lookup (\S+)|(goto \d+|blackhole|unreachable|prohibit|nop)\b)")


class PolicyRule(msgspec.Struct, frozen=True, kw_only=True):
    """One rule. `selector`: what it matches, in the kernel's words. `action`: `lookup`, `blackhole`, `goto N`…;
    `table`: of a lookup, else "". `options`: suppress_prefixlength and the like; `protocol`: who set it, None
    where the text does not say."""

    family: str
    priority: int
    selector: str
    action: str
    table: str = ""
    options: str = ""
    protocol: str | None = None


def _rule(family: str, line: str) -> tuple[str, PolicyRule] | None:
    if (match := _LINE.match(line)) is None or (action := _ACTION.search(match[2])) is None:
        return None
    selector = " ".join(match[2][: action.start()].split())
    options = match[2][action.end() :].replace("[unresolved]", "").split()
    protocol = None
    if "proto" in options[:-1]:
        place = options.index("proto")
        protocol = options[place + 1]
        del options[place : place + 2]
    return f"{family} {match[1]} {selector}", PolicyRule(
        family=family,
        priority=int(match[1]),
        selector=selector,
        action=action[2] or "lookup",
        table=action[1] or "",
        options=" ".join(options),
        protocol=protocol,
    )


def _words(item: dict[str, Any]) -> str:
    """A rule of `ip -j rule` as `ip rule` writes it."""

    def network(name: str) -> str:
        length = item.get(f"{name}len")
        return f"{item[name]}/{length}" if length is not None else str(item[name])

    words = ["not"] if "not" in item else []
    words += ["from", network("src")]
    if "dst" in item:
        words += ["to", network("dst")]
    for name in ("tos", "fwmark", "iif", "oif"):
        if name in item:
            mask = f"/{item['fwmask']}" if name == "fwmark" and "fwmask" in item else ""
            words += [name, f"{item[name]}{mask}"]
            words += ["[detached]"] if f"{name}_detached" in item else []
    if "l3mdev" in item:
        words.append("lookup [l3mdev-table]")
    if "uid_start" in item:
        words.append(f"uidrange {item['uid_start']}-{item.get('uid_end')}")
    if "ipproto" in item:
        words.append(f"ipproto {item['ipproto']}")
    for name in ("sport", "dport"):
        if name in item:
            words.append(f"{name} {item[name]}")
        elif f"{name}_start" in item:
            words.append(f"{name} {item[f'{name}_start']}-{item.get(f'{name}_end')}")
    if "table" in item:
        words.append(f"lookup {item['table']}")
        if "suppress_prefixlen" in item:
            words.append(f"suppress_prefixlength {item['suppress_prefixlen']}")
        if "suppress_ifgroup" in item:
            words.append(f"suppress_ifgroup {item['suppress_ifgroup']}")
    elif "goto" in item:
        words.append(f"goto {item['goto']}")
    elif "nop" in item:
        words.append("nop")
    else:
        words.append(str(item.get("action", "")))
    if "protocol" in item:
        words.append(f"proto {item['protocol']}")
    return f"{item.get('priority')}:\t{' '.join(words)}"


def _lines(text: str) -> list[tuple[int, str]]:
    if not is_json(text, _WHAT):
        return list(rows(text, _WHAT))
    members, problems = items(text, _WHAT)
    if problems:
        raise ParseError(problems[0].text, problems[0].line)
    return [
        (line, _words(member) if isinstance(member, dict) and "src" in member else "?")
        for line, member in members
    ]


def parse(text: str) -> Parsed:
    """Rules by `<family> <priority> <selector>`; only the families in the text are covered.

    The families are told apart by rule 0, which begins each: IPv6 has no rule for the table `default`.
    """
    lists: list[tuple[int, list[tuple[int, str]]]] = []
    bad: list[int] = []
    for number, line in _lines(text):
        if _LINE.match(line) is None or _ACTION.search(line) is None:
            bad.append(number)
        elif not lists or line.startswith("0:"):
            lists.append((number, [(number, line)]))
        else:
            lists[-1][1].append((number, line))
    if not lists or len(bad) > sum(len(each) for _, each in lists):
        raise refused(text, _WHAT)
    problems = [unread(number) for number in bad]
    families: dict[str, dict[str, PolicyRule]] = {}
    for start, lines in lists:
        words = "\n".join(line for _, line in lines)
        six = re.search(r"(?:from|to) [0-9a-f]*:", words) or (families and "lookup default" not in words)
        family = "inet6" if six else "inet"
        if family in families:
            problems.append(appended(lists[0][0], start))
        found = [each for _, line in lines if (each := _rule(family, line)) is not None]
        families[family] = {}
        for key, rule in found:
            # two rules may differ in what they do alone
            families[family][free_key(key, families[family])] = rule
    entries = {key: rule for rules in families.values() for key, rule in rules.items()}
    return Parsed(entries, tuple(problems), covers=frozenset(families))


source = Source(
    name="ip_rule",
    title=Text("Policy routing rules", "정책 라우팅 규칙"),
    files={"ip_rule.txt": "ip rule; ip -6 rule"},
    parse=parse,
    aliases=("ip_rules",),
)
