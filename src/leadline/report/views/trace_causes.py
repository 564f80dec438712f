"""A Cause with its remedy, as every view of traces shows it."""

from collections.abc import Iterator

from leadline.base.text import Text, same
from leadline.network.result import Cause
from leadline.report.document import Block, Code, Detail, Item, Items, Point, Tag


def told(
    cause: Cause, number: int | None = None, tags: tuple[Tag, ...] = (), more: tuple[Detail, ...] = ()
) -> Iterator[Block]:
    """What is wrong where, what helps, the lines it was seen in, and the commands. `number`: where others refer to it;
    `more`: what else is said of it in small print."""
    evidence = tuple(f"{host}: {text}" if host else text for host, _, text in cause.evidence)
    details = (Detail(Text("seen in", "근거"), evidence),) if evidence else ()
    title = cause.host or cause.name
    yield Items(
        (
            Item(
                f"[{number}] {title}" if number is not None else title,
                (Point(cause.what),),
                (Tag(same(cause.name), "dim"), *tags),
                follows=cause.remedy,
                details=(*details, *more),
            ),
        )
    )
    if cause.commands:
        yield Code("\n".join(cause.commands))
