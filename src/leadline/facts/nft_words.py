"""One nft expression of `nft -j` in the words of `nft list ruleset`.

Statements of xtables (`xt`) carry only their name in JSON, so a rule of iptables-nft cannot be the same
in both forms. An expression not known here is written as its JSON: exact, if not the text's words.
"""

from typing import Any

import msgspec

_BARE_META = frozenset(["iif", "oif", "iifname", "oifname", "iifgroup", "oifgroup"])
_QUOTED_META = frozenset(("iif", "oif", "iifname", "oifname"))
_MARKS = ({"meta": {"key": "mark"}}, {"ct": {"key": "mark"}})
_OPERATORS = frozenset(("&", "|", "^", "<<", ">>"))
_VERDICTS = frozenset(("accept", "drop", "return", "continue", "notrack"))
_DEFAULT_BURST = 5


def _json(value: Any) -> str:
    return msgspec.json.encode(value, order="sorted").decode()


def _is_mark(left: Any) -> bool:
    if isinstance(left, dict) and len(left) == 1:
        name, inner = next(iter(left.items()))
        if name in _OPERATORS and isinstance(inner, list):
            return bool(inner) and _is_mark(inner[0])
    return left in _MARKS


def value(each: Any, quoted: bool = False, mark: bool = False) -> str:
    """A constant or an expression on either side; `quoted`: names of interfaces; `mark`: 32-bit hex."""
    if isinstance(each, bool):
        return "exists" if each else "missing"
    if isinstance(each, int) and mark:
        return f"0x{each:08x}"
    if isinstance(each, str):
        return f'"{each}"' if quoted and not each.startswith("@") else each
    if isinstance(each, int):
        return str(each)
    if isinstance(each, list):
        if (
            len(each) == 2
            and isinstance(each[1], dict)
            and next(iter(each[1]), "") not in ("elem", "prefix", "range")
        ):
            return f"{value(each[0], quoted, mark)} : {statement(each[1])}"
        return ",".join(value(one, quoted, mark) for one in each)
    if isinstance(each, dict) and len(each) == 1:
        name, inner = next(iter(each.items()))
        if isinstance(inner, dict):
            return _expression(name, inner, quoted, mark)
        if isinstance(inner, list):
            if name == "concat":
                return " . ".join(value(one, quoted, mark) for one in inner)
            if name == "set":
                return f"{{ {', '.join(value(one, quoted, mark) for one in inner)} }}"
            if name == "range" and len(inner) == 2:
                return f"{value(inner[0], quoted, mark)}-{value(inner[1], quoted, mark)}"
            if name in _OPERATORS:
                hexadecimal = mark or _is_mark(each)
                return f" {name} ".join(value(one, quoted, hexadecimal) for one in inner)
    return _json(each)


def _expression(name: str, inner: dict[str, Any], quoted: bool, mark: bool) -> str:
    get = inner.get
    if name == "prefix":
        return f"{get('addr')}/{get('len')}"
    if name == "payload" and "field" in inner:
        return f"{get('protocol')} {get('field')}"
    if name == "payload":
        return f"@{get('base')},{get('offset')},{get('len')}"
    if name == "meta":
        return str(get("key")) if get("key") in _BARE_META else f"meta {get('key')}"
    if name == "ct":
        return " ".join(str(word) for word in ("ct", get("dir"), get("family"), get("key")) if word)
    if name == "fib" and isinstance(flags := get("flags"), list):
        return f"fib {' . '.join(map(str, flags))} {get('result')}"
    if name == "numgen":
        offset = f" offset {get('offset')}" if get("offset") else ""
        return f"numgen {'inc' if get('mode') == 'inc' else 'random'} mod {get('mod')}{offset}"
    if name == "elem":
        comment = f' comment "{get("comment")}"' if "comment" in inner else ""
        return f"{value(get('val'), quoted, mark)}{comment}"
    return statement({name: inner})


def _reject(inner: Any) -> str:
    if not isinstance(inner, dict) or inner.get("expr") == "port-unreachable":
        return "reject"
    return f"reject with {' '.join(str(inner[word]) for word in ('type', 'expr') if word in inner)}"


def _nat(name: str, inner: Any) -> str:
    words = [name]
    if isinstance(inner, dict):
        if "addr" in inner or "port" in inner:
            address = value(inner["addr"]) if "addr" in inner else ""
            address = f"[{address}]" if ":" in address and "port" in inner and "/" not in address else address
            port = f":{value(inner['port'])}" if "port" in inner else ""
            words += [str(inner["family"])] if "family" in inner else []
            words += ["to", f"{address}{port}"]
        flags = inner.get("flags", [])
        words += [",".join(map(str, flags)) if isinstance(flags, list) else str(flags)]
    return " ".join(word for word in words if word)


def _match(inner: dict[str, Any]) -> str:
    left, operator, right = inner.get("left"), inner.get("op"), inner.get("right")
    name, told = next(iter(left.items())) if isinstance(left, dict) and left else ("", None)
    quoted = name == "meta" and isinstance(told, dict) and told.get("key") in _QUOTED_META
    shown = "" if operator == "in" or (operator == "==" and name not in _OPERATORS) else f"{operator} "
    return f"{value(left)} {shown}{value(right, quoted, _is_mark(left))}"


def statement(expression: Any) -> str:
    """One statement of a rule: a match, a verdict, a rewrite. Counters come without their figures."""
    if not isinstance(expression, dict) or len(expression) != 1:
        return _json(expression)
    name, inner = next(iter(expression.items()))
    if name in _VERDICTS:
        return str(name)
    if name == "counter":
        return f"counter name {inner}" if isinstance(inner, str) else "counter"
    if name == "reject":
        return _reject(inner)
    if name in ("dnat", "snat", "masquerade", "redirect"):
        return _nat(name, inner)
    if name == "log":
        told = inner if isinstance(inner, dict) else {}
        words = [
            f'{key} "{told[key]}"' if key == "prefix" else f"{key} {told[key]}"
            for key in ("prefix", "level", "group")
            if key in told
        ]
        return " ".join(["log", *words])
    if not isinstance(inner, dict):
        return _json(expression)
    if name == "match":
        return _match(inner)
    if name in ("jump", "goto"):
        return f"{name} {inner.get('target')}"
    if name == "xt":
        return f"xt {inner.get('type')} {inner.get('name')}"
    if name == "vmap":
        return f"{value(inner.get('key'))} vmap {value(inner.get('data'))}"
    if name == "mangle":
        mark = _is_mark(inner.get("key"))
        return f"{value(inner.get('key'))} set {value(inner.get('value'), mark=mark)}"
    if name == "set":
        return f"{inner.get('op')} {inner.get('set')} {{ {value(inner.get('elem'))} }}"
    if name == "limit" and "rate_unit" not in inner:
        over = "over " if inner.get("inv") else ""
        burst = inner.get("burst", _DEFAULT_BURST)
        shown = f" burst {burst} packets" if burst not in (0, _DEFAULT_BURST) else ""
        return f"limit rate {over}{inner.get('rate')}/{inner.get('per')}{shown}"
    return _json(expression)
