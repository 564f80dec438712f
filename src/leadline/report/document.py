"""What a view makes and a format renders: a Document of blocks, and the record behind it."""

from collections.abc import Callable
from typing import Any, Literal

import msgspec

from leadline.base.text import Text

Tone = Literal["plain", "dim", "good", "warn", "bad", "note"]
Sign = Literal["added", "removed", "changed", ""]


class Tag(msgspec.Struct, frozen=True):
    """A word with a tone, such as who can reach a socket."""

    text: Text
    tone: Tone = "plain"


class Shift(msgspec.Struct, frozen=True):
    """An old and a new value; None where there was, or is, nothing."""

    before: str | Text | None
    after: str | Text | None


class Mark(msgspec.Struct, frozen=True):
    """Whether a row's subject was added, removed or changed."""

    sign: Sign


Cell = str | int | Text | Tag | Shift | Mark | None
"""A str is a name or a value as the host shows it, a Text is prose, an int is counted in thousands."""


class Column(msgspec.Struct, frozen=True):
    """A table's column. `name` cells are never shortened, `number` cells stand at the right."""

    title: Text
    kind: Literal["mark", "name", "value", "text", "number"] = "text"


class Heading(msgspec.Struct, frozen=True):
    """A section's title; level 1 is the largest. `aside`: what is said of the section beside it."""

    text: Text
    level: Literal[1, 2, 3] = 2
    aside: Text | None = None


class Paragraph(msgspec.Struct, frozen=True):
    """Running text."""

    text: Text


class Table(msgspec.Struct, frozen=True):
    """Rows under typed columns; every row has one cell per column."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]


class Detail(msgspec.Struct, frozen=True):
    """A labelled line of small print."""

    label: Text
    lines: tuple[str | Text, ...]


class Point(msgspec.Struct, frozen=True):
    """A text and the names it is about."""

    text: Text
    names: tuple[str, ...] = ()


class Item(msgspec.Struct, frozen=True):
    """One explanation: who (`title`), how sure (`tags`), what is said of which names, what follows from
    it, and the small print."""

    title: str | Text
    points: tuple[Point, ...]
    tags: tuple[Tag, ...] = ()
    follows: Text | None = None
    details: tuple[Detail, ...] = ()


class Items(msgspec.Struct, frozen=True):
    """Explanations one after the other."""

    items: tuple[Item, ...]


class Callout(msgspec.Struct, frozen=True):
    """A statement that must not be missed."""

    severity: Literal["good", "note", "warn", "bad"]
    text: Text


class Figure(msgspec.Struct, frozen=True):
    """A key number and what it counts."""

    value: int
    label: Text
    tone: Tone = "plain"


class Figures(msgspec.Struct, frozen=True):
    """Key numbers side by side."""

    figures: tuple[Figure, ...]


class Code(msgspec.Struct, frozen=True):
    """Text exactly as a host or a person wrote it."""

    text: str


class Fold(msgspec.Struct, frozen=True):
    """Many things of one kind on one line. `blocks` are what is inside: empty where the document was
    made without them, since a terminal shows the line alone."""

    title: Text
    count: int
    sign: Sign = ""
    tags: tuple[Tag, ...] = ()
    text: Text | None = None
    blocks: tuple["Block", ...] = ()


class Wire(msgspec.Struct, frozen=True):
    """An interface with its address, and what else is said of it."""

    name: str
    address: str = ""
    note: str = ""


class Guest(msgspec.Struct, frozen=True):
    """A pod on a machine: `wire` is its own interface, `peer` the other end on the machine."""

    name: str
    wire: Wire
    peer: str
    alive: bool = True


class Machine(msgspec.Struct, frozen=True):
    """A machine with its uplink, the bridge of its guests and its tunnel. `more`: guests that are not shown."""

    name: str
    uplink: Wire
    bridge: Wire | None
    tunnel: Wire | None
    guests: tuple[Guest, ...]
    more: int = 0
    alive: bool = True


class Diagram(msgspec.Struct, frozen=True):
    """Machines on one network. `more`: machines that are not shown. `caption`: what the picture is, for those
    who do not see it."""

    network: Wire
    machines: tuple[Machine, ...]
    caption: Text
    more: int = 0


class Stop(msgspec.Struct, frozen=True):
    """An interface on a packet's way. `kind`: `port` leads to a pod or is one's own, `uplink` to other machines, `inner`
    lies between (a bridge), `tunnel` puts packets into others or takes them out."""

    name: str
    kind: Literal["port", "uplink", "inner", "tunnel"] = "port"
    note: str = ""


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """What is done to a packet behind the interface number `stop`: in a word, and with what."""

    stop: int
    label: Text
    text: str | Text
    tone: Tone = "plain"


class Station(msgspec.Struct, frozen=True, kw_only=True):
    """A network namespace on a packet's way: the pod `name` on a machine, or with "" the machine itself. `machine` is ""
    for the world outside. `note`: what else is said of it."""

    machine: str
    name: str | Text = ""
    stops: tuple[Stop, ...] = ()
    acts: tuple[Act, ...] = ()
    note: Text | None = None


class Leg(msgspec.Struct, frozen=True, kw_only=True):
    """What goes from one station to the next: where it passes, the packet, its size and kind. `outer`: the packet of
    the tunnel that it is in, "" for none."""

    text: Text
    packet: str
    note: Text
    outer: str = ""


class Course(msgspec.Struct, frozen=True):
    """A packet's way: one leg from each station to the next, and how it ends at the last one."""

    stations: tuple[Station, ...]
    legs: tuple[Leg, ...]
    end: Tag


class Passage(msgspec.Struct, frozen=True, kw_only=True):
    """A packet's way, and that of its answer. `alike`: the answer goes the same way back and arrives, so text need not
    show it. `caption`: what the picture is, for those who do not see it."""

    course: Course
    answer: Course | None = None
    alike: bool = True
    caption: Text


Block = Heading | Paragraph | Table | Items | Callout | Figures | Code | Fold | Diagram | Passage


class Document(msgspec.Struct, frozen=True):
    """A result to show. `record` makes the same result for programs; only the JSON format asks for it."""

    title: Text
    blocks: tuple[Block, ...]
    record: Callable[[], dict[str, Any]]
