"""What the verbs of `leadline lab` have in common: the name of the lab, completion, ports and networks."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from leadline.cli._options import said

if TYPE_CHECKING:
    from ipaddress import IPv4Network

    from leadline.base.errors import UsageError
    from leadline.lab.lab import Lab

Command = TypeVar("Command", bound=Callable[..., Any])
DEFAULT_NAME = "lab"
WEB_NODE_PORT = 30080
"""The node port of Service `web`, where --publish leads to when it names none."""


def up_now(begun: str) -> list[str]:
    """The names of labs that begin so."""
    from leadline.lab.lab import labs

    return [lab.name for lab in labs() if lab.name.startswith(begun)]


def _labs(_: click.Context, __: click.Parameter, begun: str) -> list[str]:
    return up_now(begun)


def name_option(command: Command) -> Command:
    """Adds --name, which lab is meant."""
    return click.option(
        "--name",
        default=DEFAULT_NAME,
        show_default=True,
        metavar="LAB",
        shell_complete=_labs,
        help=said("Which lab.", "랩 이름입니다."),
    )(command)


def chosen(ctx: click.Context) -> "Lab | None":
    """The lab of a command line that is just being completed, where it is up."""
    from leadline.lab.lab import labs

    name = ctx.params.get("name") or DEFAULT_NAME
    return next((lab for lab in labs() if lab.name == name), None)


def ports(published: tuple[str, ...]) -> tuple[tuple[int, int], ...]:
    """`8080` and `8081:30081` as (port, node port); raises UsageError for anything else."""
    made: list[tuple[int, int]] = []
    for each in published:
        outer, _, inner = each.partition(":")
        try:
            made.append((_port(outer), _port(inner) if ":" in each else WEB_NODE_PORT))
        except ValueError:
            raise _wrong(
                f"--publish {each}: PORT or PORT:NODEPORT, each from 1 to 65535",
                f"--publish {each}: PORT 또는 PORT:NODEPORT이며 각각 1에서 65535까지입니다",
            ) from None
    outers = [outer for outer, _ in made]
    if twice := [port for port in outers if outers.count(port) > 1]:
        raise _wrong(f"--publish {twice[0]} is there twice", f"--publish {twice[0]}을(를) 두 번 지정했습니다")
    return tuple(made)


def _port(digits: str) -> int:
    if not (digits.isascii() and digits.isdigit() and 1 <= int(digits) <= 65535):
        raise ValueError(digits)
    return int(digits)


def network(cidr: str) -> "IPv4Network":
    """The pod network; raises UsageError where this is none."""
    from ipaddress import IPv4Network

    try:
        return IPv4Network(cidr)
    except ValueError:
        pass
    try:
        meant = IPv4Network(cidr, strict=False)
    except ValueError:
        raise _wrong(
            f"--pod-cidr {cidr} is no IPv4 network; write it as 10.244.0.0/16",
            f"--pod-cidr {cidr}: IPv4 네트워크가 아닙니다. 10.244.0.0/16처럼 쓰십시오",
        ) from None
    raise _wrong(
        f"--pod-cidr {cidr} is an address in a network; did you mean {meant}?",
        f"--pod-cidr {cidr}: 네트워크가 아니라 그 안의 주소입니다. 혹시 {meant}입니까?",
    )


def _wrong(en: str, ko: str) -> "UsageError":
    from leadline.base.errors import UsageError
    from leadline.base.text import Text

    return UsageError(Text(en, ko))
