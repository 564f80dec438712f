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
from leadline.facts.nft_ruleset import Chain, Element, Object, Set, Table, order, priority, rule, seconds
from leadline.facts.nft_words import statement, value
from leadline.facts.reading import free_key, nothing, shown, unread
from leadline.facts.saved import TWICE, documents, is_json
from leadline.facts.source import Parsed, Problem, Source, not_this

_WHAT = "nft list ruleset"
_KINDS = ("table", "chain", "rule", "set", "map", "element", "object")
_TABLE = re.compile(r"table (\S+) (\S+) \{$")
_HANDLE = re.compile(r"\s*# handle \d+$")
_FIGURES = re.compile(
    r"\bcounter packets \d+ bytes \d+|\b(last) used \S+|( quota (?:over )?\d+ \w+) used \d+ \w+| burst 5 packets\b"
)
_TIMERS = re.compile(r" (?:timeout|expires) \S+| counter packets \d+ bytes \d+")
_COMMENT = re.compile(r'(?:^| )comment "([^"]*)"')
_BASE = re.compile(r"type (\w+) hook (\w+)(?: devices? .*?)? priority ([^;]+);(?: policy (\w+);)?$")
_BLOCK = re.compile(r"((?:ct )?[a-z]+) (\S+) \{(.*)$")
_QUOTED = re.compile(r'"[^"]*"')
_SIGNS = {mark: re.compile(rf'"[^"]*"|[{{}}]|{mark}') for mark in (",", " : ")}
_SPACES = re.compile(r"\s+")

_CUT = Text(
    "the ruleset is cut in {table}, which begins here; save `nft list ruleset` again",
    "여기서 시작하는 {table}에서 규칙 집합이 잘렸습니다. `nft list ruleset`의 출력을 다시 저장하십시오",
)


class _Ruleset:
    """Entries under way, table by table; a table that comes again replaces itself."""

    def __init__(self) -> None:
        self.tables: dict[str, dict[str, Any]] = {}
        self.problems: list[Problem] = []

    def table(self, family: str, name: str, line: int) -> dict[str, Any]:
        key = f"{family} {name}"
        if key in self.tables:
            if key == next(iter(self.tables)):
                self.tables.clear()
            self.problems = [Problem(TWICE, line)]
        self.tables[key] = {}
        return self.tables[key]


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
        line = _HANDLE.sub("", raw).strip()
        if not line or line.startswith("#"):
            continue
        bare = _QUOTED.sub("", line) if '"' in line else line
        opened = bare.count("{") - bare.count("}")
        if not held and (opened <= 0 or (bare.endswith("{") and "elements = " not in bare)):
            yield number, line
            continue
        begun = begun if held else number
        held.append(line)
        depth += opened
        if depth <= 0:
            yield begun, " ".join(held)
            held, depth = [], 0
    if held:
        yield begun, " ".join(held)


def _set(kind: str, where: tuple[str, str], name: str, lines: list[str], into: dict[str, Any]) -> bool:
    family, table = where
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
    into[f"{kind} {family} {table} {name}"] = Set(family=family, table=table, name=name, **told)
    for element in elements:
        if element.strip():
            key, *result = _split(_squeezed(element), " : ")
            _element(where, name, key, result[0] if result else "", into)
    return True


def _element(where: tuple[str, str], name: str, key: str, result: str, into: dict[str, Any]) -> None:
    comment = _COMMENT.search(key)
    bare = _TIMERS.sub("", _COMMENT.sub("", key)).strip()
    into[f"element {where[0]} {where[1]} {name} {bare}"] = Element(
        family=where[0],
        table=where[1],
        set=name,
        element=bare,
        value=result.strip(),
        comment=comment[1] if comment else "",
    )


def _chain(where: tuple[str, str], name: str, lines: list[str], into: dict[str, Any]) -> None:
    told: dict[str, Any] = {"comment": ""}
    rules: list[str] = []
    for line in lines:
        if (base := _BASE.match(line)) is not None:
            told.update(
                type=base[1], hook=base[2], priority=priority(where[0], base[3]), policy=base[4] or "accept"
            )
        elif line.startswith('comment "') and not rules:
            told["comment"] = line[9:].rstrip('"')
        else:
            rules.append(line)
    into[f"chain {where[0]} {where[1]} {name}"] = Chain(family=where[0], table=where[1], chain=name, **told)
    for line in rules:
        text = _FIGURES.sub(
            lambda match: match[1] or match[2] or ("counter" if "counter" in match[0] else ""), line
        )
        text = _squeezed(text)
        comment = None
        if text.endswith('"') and (place := text.rfind(' comment "')) > 0:
            text, comment = text[:place], text[place + 10 : -1]
        _rule(where, name, text, comment, into)


def _rule(where: tuple[str, str], chain: str, text: str, comment: str | None, into: dict[str, Any]) -> None:
    each = rule(*where, chain, text, comment)
    into[free_key(f"rule {where[0]} {where[1]} {chain} {each.text}", into)] = each


def _from_text(text: str) -> Parsed:
    ruleset = _Ruleset()
    lines = shown(text, "nft").lines
    where: tuple[str, str] | None = None
    start = 0
    into: dict[str, Any] = {}
    block: tuple[str, str] | None = None
    inside: list[str] = []
    strange: list[int] = []
    for number, line in _logical(lines):
        if (match := _TABLE.match(line)) is not None:
            where, block, start = (match[1], match[2]), None, number
            into = ruleset.table(*where, number)
            into[f"table {where[0]} {where[1]}"] = Table(*where, "")
        elif where is None:
            strange.append(number)
        elif block is None and line == "}":
            where = None
        elif block is None and line.startswith('comment "'):
            into[f"table {where[0]} {where[1]}"] = Table(*where, line[9:].rstrip('"'))
        elif block is None and (match := _BLOCK.match(line)) is not None:
            block, inside = (match[1], match[2]), []
            if match[3]:
                inside, block = [], None
                into[f"object {where[0]} {where[1]} {match[1]} {match[2]}"] = Object(
                    *where, match[1], match[2]
                )
        elif block is None:
            if not line.startswith("flags "):
                ruleset.problems.append(unread(number))
        elif line == "}":
            kind, name = block
            if kind == "chain":
                _chain(where, name, inside, into)
            elif kind not in ("set", "map"):
                into[f"object {where[0]} {where[1]} {kind} {name}"] = Object(*where, kind, name)
            elif not _set(kind, where, name, inside, into):
                ruleset.problems.append(unread(number))
            block = None
        else:
            inside.append(line)
    if not ruleset.tables and strange:
        raise nothing(lines, _WHAT)
    ruleset.problems += [unread(number) for number in strange]
    if where is None:
        return _parsed(ruleset, None)
    cut = _CUT.fill(table=f"table {' '.join(where)}")
    del ruleset.tables[f"{where[0]} {where[1]}"]
    if not ruleset.tables:
        raise ParseError(cut, start)
    ruleset.problems.append(Problem(cut, start))
    return _parsed(ruleset, frozenset(f"{kind} {table}" for table in ruleset.tables for kind in _KINDS))


def _parsed(ruleset: _Ruleset, covers: frozenset[str] | None) -> Parsed:
    entries = {key: entry for table in ruleset.tables.values() for key, entry in table.items()}
    return Parsed(entries, tuple(ruleset.problems), covers=covers)


def _from_json(text: str) -> Parsed:
    found, problems = documents(text, "nft -j list ruleset")
    line, last = found[-1]
    if not isinstance(last, dict) or not isinstance(last.get("nftables"), list):
        raise not_this("nft -j list ruleset", line)
    ruleset = _Ruleset()
    ruleset.problems += [*problems, *([Problem(TWICE, line)] if len(found) > 1 else [])]
    for each in last["nftables"]:
        kind, inner = next(iter(each.items())) if isinstance(each, dict) and each else ("", None)
        if kind == "metainfo" or not isinstance(inner, dict):
            continue
        try:
            _object(kind, inner, ruleset, line)
        except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError):
            ruleset.problems.append(unread(line))
    return _parsed(ruleset, None)


def _object(kind: str, told: dict[str, Any], ruleset: _Ruleset, line: int) -> None:
    family = str(told["family"])
    if kind == "table":
        into = ruleset.table(family, str(told["name"]), line)
        into[f"table {family} {told['name']}"] = Table(family, str(told["name"]), told.get("comment"))
        return
    where = family, str(told["table"])
    into = ruleset.tables[f"{where[0]} {where[1]}"]
    name = str(told.get("name", ""))
    if kind == "chain":
        into[f"chain {where[0]} {where[1]} {name}"] = Chain(
            family=family,
            table=where[1],
            chain=name,
            type=str(told.get("type", "")),
            hook=str(told.get("hook", "")),
            priority=told.get("prio"),
            policy=str(told.get("policy", "accept")) if "hook" in told else "",
            comment=told.get("comment"),
        )
    elif kind == "rule":
        text = " ".join(statement(expression) for expression in told["expr"])
        _rule(where, str(told["chain"]), text, told.get("comment"), into)
    elif kind in ("set", "map"):
        types = told.get("type")
        into[f"{kind} {where[0]} {where[1]} {name}"] = Set(
            family=family,
            table=where[1],
            name=name,
            type=None if isinstance(types, dict) else " . ".join(types) if isinstance(types, list) else types,
            value_type=value(told["map"]) if "map" in told else "",
            flags=tuple(sorted(set(told.get("flags", ())) - {"dynamic"})),
            timeout=told.get("timeout"),
            size=told.get("size"),
            comment=told.get("comment"),
        )
        for element in told.get("elem", ()):
            pair = isinstance(element, list) and kind == "map"
            key = value(_timeless(element[0] if pair else element))
            _element(where, name, key, _result(element[1]) if pair else "", into)
    else:
        into[f"object {where[0]} {where[1]} {kind} {name}"] = Object(*where, kind, name)


def _timeless(element: Any) -> Any:
    if isinstance(element, dict) and isinstance(inner := element.get("elem"), dict):
        return {"elem": {name: inner[name] for name in ("val", "comment") if name in inner}}
    return element


def _result(result: Any) -> str:
    return statement(result) if isinstance(result, dict) and "concat" not in result else value(result)


def parse(text: str) -> Parsed:
    """`table|chain <family> <table>[ <chain>]`, `rule <family> <table> <chain> <text>`, `set|map …`, `element …`.

    An empty text is an empty ruleset. Of a cut text the whole tables are covered.
    """
    return _from_json(text) if is_json(text, "nft") else _from_text(text)


source = Source(
    name="nft",
    title=Text("nftables ruleset", "nftables 규칙"),
    files={"nft_ruleset.txt": "nft list ruleset", "nft_ruleset.json": "nft -j list ruleset"},
    parse=parse,
    aliases=("nftables", "nft_list_ruleset"),
    sequence=order,
)
