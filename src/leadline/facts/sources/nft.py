"""The nftables ruleset: `nft list ruleset` or `nft -j list ruleset`.

The text is the exact form and comes first: what iptables-nft put there (xtables matches and targets)
has only a name in JSON. Tables, chains, sets, maps and elements have the same keys in both forms; rules
too, as long as they are native; a rule with an `xt` expression has a key of its own in each form.
"""

import re
from collections.abc import Iterator
from typing import Any

from leadline.base.errors import ParseError
from leadline.base.text import Text
from leadline.facts.entries import is_json
from leadline.facts.nft_json import parse_json
from leadline.facts.nft_ruleset import Chain, Content, Rule, Ruleset, Table, order, priority, seconds
from leadline.facts.reading import nothing, shown, unread
from leadline.facts.source import Parsed, Problem, Source

_WHAT = "nft list ruleset"
_KINDS = ("table", "chain", "rule", "set", "map", "element", "object")
_TABLE = re.compile(r"table (\S+) (\S+) \{$")
_HANDLE = re.compile(r"\s*# handle \d+$")
_COUNTED = re.compile(r"counter packets \d+ bytes \d+")
_USED = re.compile(r"\b(last) used \S+|( quota (?:over )?\d+ \w+) used \d+ \w+| burst 5 packets\b")
_BASE = re.compile(r"type (\w+) hook (\w+)(?: devices? .*?)? priority ([^;]+);(?: policy (\w+);)?$")
_BLOCK = re.compile(r"((?:ct )?[a-z]+) (\S+) \{(.*)$")
_QUOTED = re.compile(r'"[^"]*"')
_SIGNS = {mark: re.compile(rf'"[^"]*"|[{{}}]|{mark}') for mark in (",", " : ")}
_UNNAMED = re.compile(r"\b(?:jump|goto) \{$")
_SPACES = re.compile(r"\s+")

_CUT = Text(
    "the ruleset is cut in {table}, which begins here; save `nft list ruleset` again",
    "여기서 시작하는 {table}에서 규칙 집합이 잘렸습니다. `nft list ruleset`의 출력을 다시 저장하십시오",
)


def _squeezed(text: str) -> str:
    """One space between words, quoted strings untouched."""
    if '"' not in text:
        return " ".join(text.split())
    pieces = text.split('"')
    return '"'.join(
        piece if place % 2 else _SPACES.sub(" ", piece) for place, piece in enumerate(pieces)
    ).strip()


def _split(text: str, mark: str) -> list[str]:
    """Pieces between `mark`s that stand outside quotes and braces."""
    if not any(sign in text for sign in '"{}'):
        return text.split(mark)
    pieces: list[str] = []
    depth = start = 0
    for sign in _SIGNS[mark].finditer(text):
        if sign[0] in "{}":
            depth += 1 if sign[0] == "{" else -1
        elif depth == 0 and sign[0] == mark:
            pieces.append(text[start : sign.start()])
            start = sign.end()
    return [*pieces, text[start:]]


def _logical(lines: list[str]) -> Iterator[tuple[int, str]]:
    """Lines without handles and remarks, one that leaves a brace open inside joined to the next ones."""
    held: list[str] = []
    begun = depth = 0
    for number, raw in enumerate(lines, 1):
        line = (_HANDLE.sub("", raw) if "# handle" in raw else raw).strip()
        if not line or (line.startswith("#") and not line.startswith("# xt_")):
            continue
        if not held and "{" not in line and "}" not in line:
            yield number, line
            continue
        bare = _QUOTED.sub("", line) if '"' in line else line
        opened = bare.count("{") - bare.count("}")
        if not held and (
            opened <= 0 or (bare.endswith("{") and "elements = " not in bare and not _UNNAMED.search(bare))
        ):
            yield number, line
            continue
        if held and _UNNAMED.search(held[0]) and opened == 0:
            line += ";"
        begun = begun if held else number
        held.append(line)
        depth += opened
        if depth <= 0:
            yield begun, " ".join(held)
            held, depth = [], 0
    if held:
        yield begun, " ".join(held)


def _set(kind: str, name: str, lines: list[str], table: Content) -> bool:
    told: dict[str, Any] = {"comment": ""}
    elements: list[str] = []
    for line in lines:
        word, _, rest = line.partition(" ")
        if word == "type":
            types = rest.split(" : ")
            told.update(type=types[0], value_type=types[1] if len(types) > 1 else "")
        elif word == "typeof":
            told["value_type"] = rest.split(" : ")[1] if " : " in rest else ""
        elif word == "flags":
            told["flags"] = tuple(sorted(set(rest.replace(" ", "").split(",")) - {"dynamic"}))
        elif word == "timeout":
            told["timeout"] = seconds(rest)
        elif word == "size" and (size := rest.split("#")[0].strip()).isdecimal():
            told["size"] = int(size)
        elif word == "comment":
            told["comment"] = rest.strip('"')
        elif word == "elements":
            inner = rest.removeprefix("=").strip()
            if not (inner.startswith("{") and inner.endswith("}")):
                return False
            elements = _split(inner[1:-1], ",")
    table.set(kind, name, **told)
    for element in filter(str.strip, elements):
        key, *result = _split(_squeezed(element), " : ")
        table.element(name, key, result[0].strip() if result else "")
    return True


def _chain(name: str, lines: list[str], table: Content) -> None:
    told: dict[str, Any] = {"comment": ""}
    rules: list[str] = []
    for line in lines:
        if (base := _BASE.match(line)) is not None:
            number = priority(table.family, base[3])
            told.update(type=base[1], hook=base[2], priority=number, policy=base[4] or "accept")
        elif line.startswith('comment "') and not rules:
            told["comment"] = line[9:].rstrip('"')
        else:
            rules.append(line)
    table.chain(name, **told)
    for line in rules:
        if "packets " in line:
            line = _COUNTED.sub("counter", line)
        if " used " in line or " burst 5 " in line:
            line = _USED.sub(_figureless, line)
        text = _squeezed(line)
        comment = None
        if text.endswith('"') and (place := text.rfind(' comment "')) > 0:
            text, comment = text[:place], text[place + 10 : -1]
        table.rule(name, text, comment)


def _figureless(match: re.Match[str]) -> str:
    return match[1] or match[2] or ""


def _from_text(text: str) -> Parsed:
    ruleset = Ruleset()
    lines = shown(text, "nft").lines
    table: Content | None = None
    start = 0
    block: tuple[str, str] | None = None
    inside: list[str] = []
    strange: list[int] = []
    for number, line in _logical(lines):
        if (match := _TABLE.match(line)) is not None:
            block, start = None, number
            table = ruleset.table(match[1], match[2], number, "", False)
        elif table is None:
            strange.append(number)
        elif block is not None and line != "}":
            inside.append(line)
        elif block is not None:
            kind, name = block
            block = None
            if kind == "chain":
                _chain(name, inside, table)
            elif kind not in ("set", "map"):
                table.object(kind, name)
            elif not _set(kind, name, inside, table):
                ruleset.problems.append(unread(number))
        elif line == "}":
            table = None
        elif line.startswith('comment "'):
            table.told(comment=line[9:].rstrip('"'))
        elif (match := _BLOCK.match(line)) is not None and match[3]:
            table.object(match[1], match[2])
        elif match is not None:
            block, inside = (match[1], match[2]), []
        elif line.startswith("flags "):
            table.told(dormant="dormant" in line)
        else:
            ruleset.problems.append(unread(number))
    if not ruleset.tables and strange:
        raise nothing(lines, _WHAT)
    ruleset.problems += [unread(number) for number in strange]
    if table is None:
        return ruleset.parsed()
    cut = _CUT.fill(table=f"table {table.family} {table.table}")
    del ruleset.tables[table.family, table.table]
    if not ruleset.tables:
        raise ParseError(cut, start)
    ruleset.problems.append(Problem(cut, start))
    return ruleset.parsed(
        frozenset(f"{kind} {' '.join(where)}" for where in ruleset.tables for kind in _KINDS)
    )


def parse(text: str) -> Parsed:
    """`table|chain <family> <table>[ <chain>]`, `rule <family> <table> <chain> <text>`, `set|map …`, `element …`.

    An empty text is an empty ruleset. Of a cut text the whole tables are covered.
    """
    return parse_json(text) if is_json(text, "nft") else _from_text(text)


def twin(entry: Any) -> tuple[str, str] | None:
    """iptables-nft keeps its chains in tables of its own; iptables-save shows them, and always in one way,
    while nft words a rule now as its own and now as `XT target … not found`."""
    if not isinstance(entry, Table | Chain | Rule) or entry.table not in _IPTABLES:
        return None
    if entry.family not in ("ip", "ip6"):
        return None
    chain = "OUTPUT" if isinstance(entry, Table) else entry.chain  # OUTPUT is in each of its tables
    return "iptables" if entry.family == "ip" else "ip6tables", f"chain {entry.table} {chain}"


_IPTABLES = frozenset({"filter", "nat", "mangle", "raw", "security"})

source = Source(
    name="nft",
    title=Text("nftables ruleset", "nftables 규칙"),
    files={"nft_ruleset.txt": "nft list ruleset", "nft_ruleset.json": "nft -j list ruleset"},
    parse=parse,
    aliases=("nftables", "nft_list_ruleset"),
    sequence=order,
    twin=twin,
)
