"""Faults brought about in a lab and undone.

Which faults a lab has is kept in its folder (`faults.json`), step by step: one that was interrupted half way is
undone like any other.
"""

import fcntl
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import msgspec

from leadline.base.errors import HostError, UsageError
from leadline.base.text import Text
from leadline.hosts.namespaces import EVERYTHING, join, run
from leadline.lab import resync
from leadline.lab.fault import Action, Fault, Step, filled, load
from leadline.lab.lab import Lab, place, root, topology, write
from leadline.lab.plan import Node, Plan
from leadline.lab.pods import child


class Injected(msgspec.Struct, frozen=True):
    """A fault that a lab has. `since`: seconds since 1970; `started`: how many of its steps were begun;
    `finished`: all of them were done."""

    name: str
    since: float
    started: int = 0
    finished: bool = False


class _Kept(msgspec.Struct, frozen=True):
    """faults.json. `keeper`, `since`: of the lab it belongs to, for one of the same name may follow."""

    keeper: int
    since: float
    faults: tuple[Injected, ...]


def injected(lab: Lab) -> tuple[Injected, ...]:
    """The faults this lab has now, the oldest first."""
    try:
        kept = msgspec.json.decode((root() / lab.name / "faults.json").read_bytes(), type=_Kept)
    except (OSError, msgspec.DecodeError):
        return ()
    return kept.faults if (kept.keeper, kept.since) == (lab.keeper, lab.since) else ()


def inject(lab: Lab, name: str) -> Fault:
    """Brings a fault about; returns it with the lab's names. Raises UsageError where the lab has it already or
    cannot have it, and HostError where a command fails: then what was done is undone."""
    plan = topology(lab)
    fault = filled(load(name), plan)
    with _alone(lab):
        before = injected(lab)
        if any(each.name == name for each in before):
            raise UsageError(
                Text(
                    f"lab {lab.name} has fault {name} already; undo it with `leadline lab fault recover {name}`",
                    f"{lab.name} 랩에 이미 {name} 장애가 있습니다. `leadline lab fault recover {name}`로 되돌리십시오",
                )
            )
        one = Injected(name, time.time())
        try:
            for number, step in enumerate(fault.steps):
                one = msgspec.structs.replace(one, started=number + 1)
                _keep(lab, (*before, one))
                _do(lab, step, step.inject, before, (*before, one))
        except HostError:
            if not _half_done(fault.steps[one.started - 1]):
                one = msgspec.structs.replace(one, started=one.started - 1)
            _undo(lab, fault, one, before)
            raise
        _keep(lab, (*before, msgspec.structs.replace(one, finished=True)))
    return fault


def recover(lab: Lab, name: str) -> Fault:
    """Undoes a fault; returns it with the lab's names. Raises UsageError where the lab does not have it, and
    HostError where a command fails: then the lab has it still."""
    fault = filled(load(name), topology(lab))
    with _alone(lab):
        there = injected(lab)
        one = next((each for each in there if each.name == name), None)
        if one is None:
            names = ", ".join(each.name for each in there)
            raise UsageError(
                Text(
                    f"lab {lab.name} does not have fault {name}; it has: {names or 'none'}",
                    f"{lab.name} 랩에는 {name} 장애가 없습니다. 지금 있는 장애: {names or '없음'}",
                )
            )
        _undo(lab, fault, one, tuple(each for each in there if each.name != name))
    return fault


def recover_all(lab: Lab) -> tuple[Fault, ...]:
    """Undoes every fault of the lab, the newest first."""
    return tuple(recover(lab, each.name) for each in reversed(injected(lab)))


def _half_done(step: Step) -> bool:
    """Whether something of it may be done where it failed: a batch and a script stop where they are."""
    return step.inject is not None and ("-batch" in step.inject.run or step.inject.run[0] == "sh")


def _undo(lab: Lab, fault: Fault, one: Injected, rest: tuple[Injected, ...]) -> None:
    for number in reversed(range(one.started)):
        step = fault.steps[number]
        try:
            _do(lab, step, step.recover, (*rest, one), rest)
        except HostError:
            # of the step at which it was interrupted nobody knows whether it was done
            if one.finished or number + 1 < one.started:
                raise
    _keep(lab, rest)


def _do(
    lab: Lab, step: Step, action: Action | None, before: Sequence[Injected], after: Sequence[Injected]
) -> None:
    if action is not None:
        _inside(lab, step.at, lambda: run(action.run, action.text), " ".join(action.run))
    if not step.endpoints:
        return
    plan = topology(lab)
    for node in plan.nodes:
        if step.at in (node.name, "every-node"):
            old, new = (_believed(plan, node.name, each) for each in (before, after))

            def sync(node: Node = node, old: resync.Endpoints = old, new: resync.Endpoints = new) -> str:
                return run(*resync.text(plan, node, old, new))

            _inside(lab, node.name, sync, "kube-proxy")


def _believed(plan: Plan, node: str, faults: Sequence[Injected]) -> dict[str, tuple[str, ...]]:
    """The endpoints that the node's kube-proxy believes in with these faults."""
    believed: dict[str, tuple[str, ...]] = {}
    for one in faults:
        for step in filled(load(one.name), plan).steps[: one.started]:
            if step.at in (node, "every-node"):
                believed |= step.endpoints
    return believed


def _inside(lab: Lab, at: str, work: Callable[[], str], what: str) -> None:
    """Does this work with the namespaces of a node or pod; raises HostError with what it says went wrong."""
    process = place(lab, at)
    reader, writer = os.pipe()

    def within() -> None:
        try:
            join(process, EVERYTHING)
            failed = work()
        except OSError as error:
            failed = f"{error.strerror}: {error.filename}"
        os.write(writer, failed.encode()[:4096])

    worker = child(within)
    os.close(writer)
    with os.fdopen(reader, encoding="utf-8", errors="replace") as said:
        failed = said.read()
    if os.waitpid(worker, 0)[1] or failed:
        raise HostError(
            Text(
                f"{at} of lab {lab.name}: `{what}`: {failed or 'ended'}; see `leadline lab status`",
                f"{lab.name} 랩의 {at}: `{what}`: {failed or '중단됨'}. `leadline lab status`로 확인하십시오",
            )
        )


@contextmanager
def _alone(lab: Lab) -> Iterator[None]:
    """Nobody else changes the lab's faults meanwhile."""
    folder = os.open(root() / lab.name, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _keep(lab: Lab, faults: tuple[Injected, ...]) -> None:
    write(root() / lab.name / "faults.json", msgspec.json.encode(_Kept(lab.keeper, lab.since, faults)))
