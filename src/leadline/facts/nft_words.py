"""One nft expression of `nft -j` in the words of `nft list ruleset`.

Statements of xtables (`xt`) carry only their name in JSON, so a rule of iptables-nft cannot be the same
in both forms. An expression not known here is written as its JSON: exact, if not the text's words.
"""

from typing import Any

import msgspec

_BARE_META = frozenset(["iif", "oif", "iifname", "oifname", "iifgroup", "oifgroup"])
_QUOTED_META = frozenset(("iif", "oif", "iifname", "oifname"))
_MARKS = ({"meta": {"key": "mark"}}, {"ct": {"key": "mark"}})
_OPERATORS = ("|", "^", "&", "<<", ">>")
_VERDICTS = frozenset(("accept", "drop", "return", "continue", "notrack"))
_DEFAULT_BURST = 5
_BITS = frozenset((("tcp", "flags"), ("ct", "state"), ("ct", "status"), ("ct", "event")))
_NAMED = frozenset(("limit", "quota", "synproxy", "ct helper", "ct timeout", "ct expectation"))


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
                return f" {name} ".join(_operand(name, one, quoted, hexadecimal) for one in inner)
    return _json(each)


def _operand(operator: str, each: Any, quoted: bool, mark: bool) -> str:
    """One side of an operator, in brackets where it has another operator."""
    words = value(each, quoted, mark)
    inner = next(iter(each)) if isinstance(each, dict) and each else operator
    looser = inner in _OPERATORS and _OPERATORS.index(inner) < _OPERATORS.index(operator)
    return f"({words})" if looser else words


def _pairs(data: Any, mark: bool = False) -> str:
    """The data of a map: its name, or its pairs."""
    members = data.get("set") if isinstance(data, dict) else None
    if not isinstance(members, list):
        return value(data)
    return f"{{ {', '.join(f'{value(key, mark=mark)} : {_result(to)}' for key, to in members)} }}"


def _result(to: Any) -> str:
    """What a map gives: a verdict or a value."""
    verdict = isinstance(to, dict) and next(iter(to), "") in (*_VERDICTS, "jump", "goto", "queue")
    return statement(to) if verdict else value(to)


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
    if name == "map":
        return f"{value(get('key'))} map {_pairs(get('data'))}"
    if name in ("jhash", "symhash"):
        of = f"{value(get('expr'))} " if "expr" in inner else ""
        seed = f" seed 0x{get('seed'):x}" if isinstance(get("seed"), int) else ""
        offset = f" offset {get('offset')}" if get("offset") else ""
        return f"{name} {of}mod {get('mod')}{seed}{offset}"
    if name in ("rt", "socket", "osf"):
        return " ".join(str(word) for word in (name, get("family"), get("key")) if word)
    if name == "tcp option":
        return " ".join(str(word) for word in (name, get("name"), get("field")) if word)
    if name == "elem":
        comment = f' comment "{get("comment")}"' if "comment" in inner else ""
        stateful = "".join(
            f" {statement({word: inner[word]})}" for word in ("limit", "quota", "ct count") if word in inner
        )
        return f"{value(get('val'), quoted, mark)}{stateful}{comment}"
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
        flags = list(map(str, flags)) if isinstance(flags, list) else [str(flags)]
        if "netmap" in flags and "to" in words:
            flags.remove("netmap")
            words.insert(words.index("to"), "prefix")
        words += [",".join(flags)]
    return " ".join(word for word in words if word)


def _of_bits(name: str, told: Any) -> bool:
    """Whether an expression is a row of bits: a bare constant asks for any of them there, `==` for just these."""
    if not isinstance(told, dict):
        return False
    return (str(told.get("protocol", name)), str(told.get("field", told.get("key")))) in _BITS


def _rate(name: str, inner: dict[str, Any]) -> str:
    """`limit` and `quota`."""
    over = "over " if inner.get("inv") else ""
    if name == "quota":
        return f"quota {over}{inner.get('val')} {inner.get('val_unit', 'bytes')}"
    if name == "ct count":
        return f"ct count {over}{inner.get('val')}"
    unit = f" {inner['rate_unit']}" if "rate_unit" in inner else ""
    burst = inner.get("burst", _DEFAULT_BURST)
    kind = inner.get("burst_unit", "packets")
    shown = f" burst {burst} {kind}" if burst not in (0, _DEFAULT_BURST) or (unit and burst) else ""
    return f"limit rate {over}{inner.get('rate')}{unit}/{inner.get('per')}{shown}"


def _kept(name: str, inner: dict[str, Any]) -> str:
    """What puts an element into a set: `add @name { … }`."""
    words = [value(inner.get("elem", inner.get("key")))]
    told = inner.get("stmt", [])
    words += [statement(each) for each in (told if isinstance(told, list) else [told])]
    if name == "map":
        words += [":", value(inner.get("data"))]
    if name == "meter":
        return f"meter {inner.get('name')} size {inner.get('size', 65535)} {{ {' '.join(words)} }}"
    return f"{inner.get('op')} {inner.get(name)} {{ {' '.join(words)} }}"


def _text(words: str) -> str:
    """What nft has no JSON for, which is its text: a chain without a name stands on several lines."""
    lines = [" ".join(line.split()) for line in words.splitlines()]
    if len(lines) < 2:
        return lines[0] if lines else ""
    return f"{lines[0]} {' '.join(f'{line};' for line in lines[1:-1])} {lines[-1]}"


def _match(inner: dict[str, Any]) -> str:
    left, operator, right = inner.get("left"), inner.get("op"), inner.get("right")
    name, told = next(iter(left.items())) if isinstance(left, dict) and left else ("", None)
    if operator == "==" and name == "payload" and right.__class__ in (str, int) and isinstance(told, dict):
        field = told.get("field", "flags")
        if field != "flags":  # nearly every rule has one of these
            return f"{told.get('protocol')} {field} {right}"
    quoted = name == "meta" and isinstance(told, dict) and told.get("key") in _QUOTED_META
    one = isinstance(right, str | int) and not str(right).startswith("@")
    plain = name not in _OPERATORS and not (_of_bits(name, told) and one)
    shown = "" if operator == "in" or (operator == "==" and plain) else f"{operator} "
    return f"{value(left)} {shown}{value(right, quoted, _is_mark(left))}"


def statement(expression: Any) -> str:
    """One statement of a rule: a match, a verdict, a rewrite. Counters come without their figures."""
    if isinstance(expression, str):
        return _text(expression)
    if not isinstance(expression, dict) or len(expression) != 1:
        return _json(expression)
    name, inner = next(iter(expression.items()))
    if name == "match" and isinstance(inner, dict):
        return _match(inner)
    if name in _VERDICTS:
        return str(name)
    if name == "counter":
        return f'counter name "{inner}"' if isinstance(inner, str) else "counter"
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
    if name in _NAMED and isinstance(inner, str):
        return f'{name} {"set" if name.startswith("ct") else "name"} "{inner}"'
    if name == "queue":
        return "queue"
    if not isinstance(inner, dict):
        return _json(expression)
    if name in ("limit", "quota", "ct count"):
        return _rate(name, inner)
    if name == "flow":
        return f"flow {inner.get('op')} {inner.get('flowtable')}"
    if name in ("jump", "goto"):
        return f"{name} {inner.get('target')}"
    if name == "xt":
        return f"xt {inner.get('type')} {inner.get('name')}"
    if name == "vmap":
        return f"{value(inner.get('key'))} vmap {_pairs(inner.get('data'))}"
    if name == "mangle":
        mark = _is_mark(inner.get("key"))
        return f"{value(inner.get('key'))} set {value(inner.get('value'), mark=mark)}"
    if name in ("set", "map", "meter") and ("op" in inner or name == "meter"):
        return _kept(name, inner)
    return _json(expression)
