"""The ruleset as `nft -j list ruleset` prints it."""

from typing import Any

import msgspec

from leadline.facts.entries import documents
from leadline.facts.nft_ruleset import Content, Ruleset
from leadline.facts.nft_words import statement, value
from leadline.facts.reading import appended, unread
from leadline.facts.source import Parsed, Problem, not_this

_WHAT = "nft -j list ruleset"
_LASTING = ("val", "comment", "limit", "quota", "ct count")


def parse_json(text: str) -> Parsed:
    """The entries of the last ruleset in a text. Raises ParseError where the JSON is cut or is another's."""
    found, problems = _documents(text)
    line, document = found[-1]
    if not isinstance(document, dict) or not isinstance(document.get("nftables"), list):
        raise not_this(_WHAT, line)
    ruleset = Ruleset()
    ruleset.problems += problems
    if len(found) > 1:
        ruleset.problems.append(appended(found[0][0], line))
    for each in document["nftables"]:
        kind, inner = next(iter(each.items())) if isinstance(each, dict) and each else ("", None)
        if kind == "metainfo" or not isinstance(inner, dict):
            continue
        try:
            _object(kind, inner, ruleset, line)
        except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError):
            ruleset.problems.append(unread(line))
    return ruleset.parsed()


def _documents(text: str) -> tuple[list[tuple[int, Any]], tuple[Problem, ...]]:
    """Every JSON value of a text with its line; read at once where there is one only, as nearly always."""
    try:
        value = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return documents(text, _WHAT)
    return [(text[: len(text) - len(text.lstrip())].count("\n") + 1, value)], ()


def _object(kind: str, told: dict[str, Any], ruleset: Ruleset, line: int) -> None:
    family = str(told["family"])
    if kind == "table":
        flags = told.get("flags", ())
        # nft 1.0.6 gives the table's own name in place of its flags
        dormant = None if flags == told["name"] else "dormant" in flags
        ruleset.table(family, str(told["name"]), line, told.get("comment"), dormant)
        return
    table = ruleset.content(family, str(told["table"]))
    name = str(told.get("name", ""))
    if kind == "chain":
        table.chain(
            name,
            type=str(told.get("type", "")),
            hook=str(told.get("hook", "")),
            priority=told.get("prio"),
            policy=str(told.get("policy", "accept")) if "hook" in told else "",
            comment=told.get("comment"),
        )
    elif kind == "rule":
        text = " ".join(statement(expression) for expression in told["expr"])
        table.rule(str(told["chain"]), text, told.get("comment"))
    elif kind in ("set", "map"):
        _set(kind, name, told, table)
    else:
        table.object(kind, name)


def _set(kind: str, name: str, told: dict[str, Any], table: Content) -> None:
    types = told.get("type")
    table.set(
        kind,
        name,
        type=None if isinstance(types, dict) else " . ".join(types) if isinstance(types, list) else types,
        value_type=value(told["map"]) if "map" in told else "",
        flags=tuple(sorted(set(told.get("flags", ())) - {"dynamic"})),
        timeout=told.get("timeout"),
        size=told.get("size"),
        comment=told.get("comment"),
    )
    for element in told.get("elem", ()):
        pair = isinstance(element, list) and kind == "map"
        words = value(_timeless(element[0] if pair else element))
        table.element(name, words, _result(element[1]) if pair else "")


def _timeless(element: Any) -> Any:
    if isinstance(element, dict) and isinstance(inner := element.get("elem"), dict):
        return {"elem": {name: inner[name] for name in _LASTING if name in inner}}
    return element


def _result(result: Any) -> str:
    return statement(result) if isinstance(result, dict) and "concat" not in result else value(result)
