"""Faults as data: what people really meet, one file each in `faults/`.

A fault is a row of steps, each with what brings it about and what undoes it exactly, a flow that shows it, and
how that flow ends then.
"""

import difflib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Literal, NamedTuple

import msgspec

from leadline.base.errors import UsageError
from leadline.base.text import Text
from leadline.lab import roles
from leadline.lab.plan import Backend, Plan, ProxyMode
from leadline.network.result import Disposition, Seen


class _Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class Action(_Strict, frozen=True, kw_only=True):
    """A program with its arguments, and what it reads from stdin."""

    run: tuple[str, ...]
    text: str = ""


class Step(_Strict, frozen=True, kw_only=True):
    """What is done at one place, and what undoes it; or what kube-proxy believes there: `endpoints`, Service →
    addresses with ports, until the fault is over."""

    at: str
    inject: Action | None = None
    recover: Action | None = None
    endpoints: dict[str, tuple[str, ...]] = {}


class Flow(_Strict, frozen=True, kw_only=True):
    """`source` (`from` in the file): node, pod or outside; `destination` (`to`): an address. `size`: bytes of a
    datagram; `df`: it must not be fragmented on its way."""

    source: str = msgspec.field(name="from")
    destination: str = msgspec.field(name="to")
    protocol: Literal["tcp", "udp"] = "tcp"
    port: int = 8080
    size: int = 64
    df: bool = False


class Expected(_Strict, frozen=True, kw_only=True):
    """How the fault's flow ends: where, and which of its packets; `seen`: what the sender is told of it."""

    disposition: Disposition
    at: str
    direction: Literal["request", "reply"] = "request"
    seen: Seen


class Evidence(_Strict, frozen=True, kw_only=True):
    """A number of the kernel that grows when the flow is tried: the first group of the pattern `number` in what
    the program prints at that place, 0 where it is not found."""

    at: str
    run: tuple[str, ...]
    number: str


class Fault(_Strict, frozen=True, kw_only=True):
    """One fault. `symptom`: what people see; `met`: where they meet it; `works`: a flow that goes on working,
    where that tells the fault from others; `backend`, `proxy`: of labs that can have it, None for any."""

    name: str = ""
    title: Text
    description: Text
    symptom: Text
    met: Text
    steps: tuple[Step, ...]
    flow: Flow
    expected: Expected
    works: Flow | None = None
    evidence: tuple[Evidence, ...]
    backend: Backend | None = None
    proxy: ProxyMode | None = None


class Command(NamedTuple):
    """What is run at a place."""

    at: str
    argv: tuple[str, ...]
    text: str


@cache
def _all() -> dict[str, Fault]:
    from ruamel.yaml import YAML

    read = YAML(typ="safe")
    found = {}
    for file in sorted(files("leadline.lab").joinpath("faults").iterdir(), key=lambda each: each.name):
        if file.name.endswith(".yaml"):
            name = file.name.removesuffix(".yaml")
            fault = msgspec.convert(read.load(file.read_text("utf-8")), Fault)
            found[name] = msgspec.structs.replace(fault, name=name)
    return found


def every() -> tuple[Fault, ...]:
    """All faults by name, their places open."""
    return tuple(_all().values())


def load(name: str) -> Fault:
    """The fault of that name; raises UsageError where there is none."""
    if name in _all():
        return _all()[name]
    near = ", ".join(difflib.get_close_matches(name, _all(), 3, 0.5))
    raise UsageError(
        Text(
            f"no fault named {name}; "
            + (f"did you mean {near}?" if near else "see `leadline lab fault list`"),
            f"{name} 장애는 없습니다. "
            + (f"혹시 {near}입니까?" if near else "`leadline lab fault list`로 확인하십시오"),
        )
    )


def filled(fault: Fault, plan: Plan) -> Fault:
    """The fault with this lab's names and addresses; raises UsageError where the lab cannot have it."""
    for what, wanted, has in (
        ("--backend", fault.backend, plan.spec.backend),
        ("--proxy", fault.proxy, plan.spec.proxy),
    ):
        if wanted not in (None, has):
            raise UsageError(
                Text(
                    f"fault {fault.name} needs a lab made with {what} {wanted}; lab {plan.spec.name} has {has}",
                    f"{fault.name} 장애에는 {what} {wanted}으로 만든 랩이 필요한데 {plan.spec.name} 랩은 {has}입니다",
                )
            )
    if fault.works and roles.lacking(_parts(fault), plan):
        # the flow that goes on working often needs one node more than the fault itself
        fault = msgspec.structs.replace(fault, works=None)
    if size := roles.lacking(_parts(fault), plan):
        raise _too_small(fault, plan, *size)
    known = roles.roles(plan)

    def fill(value: object, key: str = "") -> object:
        if isinstance(value, dict):
            return {each: fill(inner, each) for each, inner in value.items()}
        if isinstance(value, list | tuple):
            return [fill(inner) for inner in value]
        if key in ("at", "from") and value in known:
            return str(known[str(value)])
        return roles.told(value, known) if isinstance(value, str) else value

    return msgspec.convert(fill(msgspec.to_builtins(fault)), Fault)


def _too_small(fault: Fault, plan: Plan, nodes: int, pods: int) -> UsageError:
    name, has = plan.spec.name, plan.spec
    return UsageError(
        Text(
            f"fault {fault.name} needs {nodes} nodes with {pods} pods each, lab {name} has {has.nodes} with {has.pods}: "
            f"make one with `leadline lab up --nodes {nodes} --pods {pods}`",
            f"{fault.name} 장애에는 파드가 {pods}개씩 있는 노드 {nodes}개가 필요한데 {name} 랩에는 파드가 {has.pods}개씩 있는 "
            f"노드 {has.nodes}개가 있습니다. `leadline lab up --nodes {nodes} --pods {pods}`로 만드십시오",
        )
    )


def _parts(fault: Fault) -> set[str]:
    """The parts of a lab that a fault takes: in places of its texts, and where something is done."""
    texts = set(_strings(msgspec.to_builtins(fault)))
    return {part for text in texts for part in roles.named(text)} & roles.PARTS | texts & roles.PARTS


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list | tuple):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _strings(each)


def commands(fault: Fault, *, undo: bool = False) -> Iterator[Command]:
    """What a filled fault runs, in order; kube-proxy's own texts (`endpoints`) are made where they are loaded."""
    for step in reversed(fault.steps) if undo else fault.steps:
        action = step.recover if undo else step.inject
        if action is not None:
            yield Command(step.at, action.run, action.text)
