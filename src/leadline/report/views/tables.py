"""Changes of one fact → a Table with the columns that matter for that fact."""

from collections.abc import Callable
from typing import Any

import msgspec

from leadline.base.text import Text
from leadline.explain.explain import Explained
from leadline.explain.knowledge import find
from leadline.report.document import Cell, Column, Mark, Shift, Table, Tag
from leadline.report.units import growth, size
from leadline.report.views.words import EXPOSURES, author

_MARK = Column(Text("", ""), "mark")
_BY = Column(Text("by", "주체"))
_USUAL = Tag(Text("usual", "일반적"), "dim")
_UNUSUAL = Tag(Text("unusual", "이례적"), "bad")
_EMPTY = Text("(empty)", "(비어 있음)")
_ROLES = {
    "vxlan": Text("VXLAN tunnel", "VXLAN 터널"),
    "bridge": Text("bridge", "브리지"),
    "veth": Text("veth, one end of a pair", "veth 쌍의 한쪽"),
    "ether": Text("network card", "네트워크 카드"),
    "loopback": Text("loopback", "루프백"),
    "wireguard": Text("WireGuard tunnel", "WireGuard 터널"),
    "dummy": Text("dummy", "dummy"),
    "ipvlan": Text("ipvlan", "ipvlan"),
    "macvlan": Text("macvlan", "macvlan"),
    "tun": Text("tun/tap", "tun/tap"),
}
_BRIEF = {
    "ip_addr": ("kind", "addresses", "mtu", "master"),
    "ss": ("processes",),
    "df": ("fstype", "source"),
    "findmnt": ("fstype", "source", "options"),
    "crictl_ps": ("name", "pod", "namespace", "image", "state"),
    "crictl_pods": ("name", "namespace", "state"),
    "packages": ("version", "manager"),
    "services": ("active", "sub", "description"),
    "unit_files": ("enabled",),
    "certificates": ("subject", "not_after"),
    "processes": ("users", "parents"),
    "modules": (),
}

Cells = Callable[[Explained], tuple[Cell, ...]]


def table(fact: str, changes: list[Explained]) -> Table:
    """The table of some changes of one fact, in their order."""
    columns, cells = _LAYOUTS.get(fact, (_PLAIN, _plain))
    rows = [(Mark(each.change.kind), each.change.key, *cells(each), author(each.cause)) for each in changes]
    every = (_MARK, *columns, _BY)
    # A column that says nothing in any row is left out (the text did not carry it).
    kept = [
        place
        for place, column in enumerate(every)
        if column.kind in ("mark", "name") or any(row[place] not in (None, "") for row in rows)
    ]
    return Table(
        tuple(every[place] for place in kept), tuple(tuple(row[place] for place in kept) for row in rows)
    )


def shown(value: Any) -> str | None:
    """One recorded value as text: lists joined, nothing as None."""
    if value is None or value == "" or value == ():
        return None
    if isinstance(value, tuple | list | frozenset | set):
        return " ".join(str(each) for each in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def sides(each: Explained) -> Shift:
    """Before → after of a whole entry: what differs where it changed, else what it holds."""
    change = each.change
    if change.kind == "changed" and change.fields:
        return Shift(_fields(change.before, change.fields), _fields(change.after, change.fields))
    return Shift(
        _brief(change.fact, change.key, change.before), _brief(change.fact, change.key, change.after)
    )


def _fields(entry: Any, names: tuple[str, ...]) -> str:
    """`mtu 1500, state UP`; a field that the text did not carry is left out."""
    values = [(name, shown(getattr(entry, name, None))) for name in names]
    if len(values) == 1:
        return values[0][1] or "-"
    return ", ".join(f"{name} {value or '-'}" for name, value in values)


def _brief(fact: str, key: str, entry: Any) -> str | None:
    """What an entry holds beyond its key, in one line."""
    if entry is None or isinstance(entry, str | int):
        return shown(entry)
    if fact in _BRIEF:
        return " ".join(filter(None, (shown(getattr(entry, name, None)) for name in _BRIEF[fact]))) or None
    values = msgspec.structs.asdict(entry) if isinstance(entry, msgspec.Struct) else {}
    if "text" in values:
        return None  # the key of a rule is its text
    said = {
        name: text for name, value in values.items() if (text := shown(value)) and text not in key.split()
    }
    return ", ".join(f"{name} {text}" for name, text in said.items()) or None


def _field(each: Explained, name: str) -> Cell:
    """One field of an entry: a Shift where it changed."""
    change = each.change
    if name in change.fields:
        return Shift(shown(getattr(change.before, name)), shown(getattr(change.after, name)))
    return shown(getattr(change.entry, name, None))


def _others(each: Explained, *known: str) -> Cell:
    """The changed fields that have no column of their own."""
    rest = tuple(name for name in each.change.fields if name not in known)
    if not rest:
        return None
    if rest == ("position",):
        return Text("moved to another place", "순서가 바뀌었습니다")
    before, after = each.change.before, each.change.after
    return "; ".join(
        f"{name}: {shown(getattr(before, name)) or '-'} → {shown(getattr(after, name)) or '-'}"
        for name in rest
    )


def _interface(each: Explained) -> tuple[Cell, ...]:
    entry = each.change.entry
    role: Cell = _ROLES.get(entry.kind or "", entry.kind or None)
    if role is None:  # `ip addr` without -d does not say
        role = next((topic.role for topic in find(each.change.key, "interface")), None)
    if entry.kind == "vxlan" and getattr(entry, "vxlan_id", None) is not None:
        role = Text("VXLAN tunnel, VNI {id}", "VXLAN 터널, VNI {id}").fill(id=entry.vxlan_id)
    if entry.master and isinstance(role, str | Text):
        role = Text("{role}, in {master}", "{role}, {master}에 연결").fill(role=role, master=entry.master)
    elif entry.master:
        role = Text("in {master}", "{master}에 연결").fill(master=entry.master)
    return (
        role,
        _field(each, "addresses"),
        _field(each, "mtu"),
        _others(each, "addresses", "mtu", "kind", "vxlan_id", "index"),
    )


def _listener(each: Explained) -> tuple[Cell, ...]:
    entry = each.change.entry
    reach: Cell = None
    if each.exposure is not None:
        reach = Tag(*EXPOSURES[each.exposure])
    names = shown(entry.processes)
    if names is None and each.cause is not None and each.cause.component == "kernel":
        names = "kernel"
    usual: Cell = None
    if each.cause is not None and each.cause.usual is not None:
        usual = _USUAL if each.cause.usual else _UNUSUAL
    return names, reach, usual, _others(each, "processes", "pids", "fds", "port")


def _filesystem(each: Explained) -> tuple[Cell, ...]:
    before, after = each.change.before, each.change.after
    about = "≈ " if getattr(each.change.entry, "rounded", False) else ""
    grown: Cell = None
    if before is not None and after is not None and None not in (before.used, after.used):
        grown = about + growth(after.used - before.used)
    used = [
        size(side.used) if side is not None and side.used is not None else None for side in (before, after)
    ]
    part = [
        f"{side.use_percent}%" if side is not None and side.use_percent is not None else None
        for side in (before, after)
    ]
    entry = each.change.entry
    return (
        entry.fstype,
        Shift(*used) if used[0] != used[1] else used[1],
        grown,
        Shift(*part) if part[0] != part[1] else part[1],
        size(entry.size) if entry.size is not None else None,
        _others(each, "used", "available", "use_percent", "size", "fstype", "rounded"),
    )


def _mount(each: Explained) -> tuple[Cell, ...]:
    change = each.change
    entry = change.entry
    options: Cell = None
    if "options" in change.fields:
        old, new = change.before.options, change.after.options
        options = Shift(
            " ".join(option for option in old if option not in new) or "-",
            " ".join(option for option in new if option not in old) or "-",
        )
    return (
        entry.fstype,
        _field(each, "source"),
        mount_size(entry),
        options,
        _others(each, "options", "source", "fstype"),
    )


def mount_size(entry: Any) -> str | None:
    """The size= of a tmpfs, as people read it."""
    for option in entry.options or ():
        name, _, value = option.partition("=")
        number = value.rstrip("kmg")
        if name == "size" and number.isdigit():
            return size(int(number) * 1024 ** " kmg".index(value[-1] if value[-1] in "kmg" else " "))
    return None


def _sysctl(each: Explained) -> tuple[Cell, ...]:
    said: Cell = None
    if (known := each.meaning) is not None:
        said = known.what
        if known.before is not None and known.after is not None:
            said = Text("{a} → {b}", "{a} → {b}").fill(a=known.before, b=known.after)
    change = each.change
    if change.kind == "changed":
        return Shift(change.before or _EMPTY, change.after or _EMPTY), said
    return Shift(change.before, change.after), said


def _plain(each: Explained) -> tuple[Cell, ...]:
    if each.change.fields == ("position",):
        return (_others(each),)
    value = sides(each)
    return (None if value == Shift(None, None) else value,)


def _name(en: str, ko: str) -> Column:
    return Column(Text(en, ko), "name")


def _value(en: str, ko: str) -> Column:
    return Column(Text(en, ko), "value")


_TYPE = _value("type", "유형")
_SIZE = Column(Text("size", "크기"), "number")
_GROWTH = Column(Text("growth", "증감"), "number")
_ROLE = Column(Text("role", "역할"))
_REACH = Column(Text("reachable on", "접근 범위"))
_BINDING = Column(Text("binding", "바인딩"))
_MEANING = Column(Text("meaning", "의미"))
_SHIFT = _value("before → after", "이전 → 이후")
_ALSO = _value("also changed", "그 밖의 변경")
_PLAIN = (_name("what", "항목"), _SHIFT)
_LAYOUTS: dict[str, tuple[tuple[Column, ...], Cells]] = {
    "ip_addr": (
        (_name("interface", "인터페이스"), _ROLE, _value("addresses", "주소"), _value("MTU", "MTU"), _ALSO),
        _interface,
    ),
    "ss": (
        (_name("socket", "소켓"), _value("process", "프로세스"), _REACH, _BINDING, _ALSO),
        _listener,
    ),
    "df": (
        (
            *(_name("mounted on", "마운트 위치"), _TYPE, _value("used", "사용량"), _GROWTH),
            *(_value("use", "사용률"), _SIZE, _ALSO),
        ),
        _filesystem,
    ),
    "findmnt": (
        (
            *(_name("mount", "마운트"), _TYPE, _value("source", "소스"), _SIZE),
            *(_value("options that changed", "바뀐 옵션"), _ALSO),
        ),
        _mount,
    ),
    "sysctl": ((_name("key", "키"), _SHIFT, _MEANING), _sysctl),
}
