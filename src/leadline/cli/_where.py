"""Where `leadline trace` and `leadline probe` look: recordings, hosts over SSH, a lab, or this machine."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click

from leadline.cli._lab_options import up_now
from leadline.cli._options import call, progress, said

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leadline.base.errors import LeadlineError
    from leadline.hosts.host import Host
    from leadline.network.topology import Topology
    from leadline.snapshot.snapshot import Snapshot

Command = TypeVar("Command", bound=Callable[..., Any])

_SECONDS, _AT_A_TIME = 30, 32


def flow_options(command: Command) -> Command:
    """Adds FROM, TO, --port, --proto and --df."""
    added = (
        click.argument("source", metavar="FROM", required=False),
        click.argument("destination", metavar="TO", required=False),
        click.option(
            "--port",
            metavar="PORT",
            help=said(
                "The port, by number or name; by default the Service's only one, else what the pod listens on, else 80.",
                "포트 번호 또는 이름입니다. 기본값은 서비스의 하나뿐인 포트, 파드가 수신 대기하는 포트, 80 순서입니다.",
            ),
        ),
        click.option(
            "--proto",
            type=click.Choice(["tcp", "udp", "icmp"]),
            help=said(
                "The protocol; by default the Service's, else tcp.",
                "프로토콜입니다. 기본값은 서비스의 프로토콜, 없으면 tcp입니다.",
            ),
        ),
        click.option(
            "--df", is_flag=True, help=said("It must not be fragmented.", "단편화를 금지합니다(DF).")
        ),
    )
    for each in reversed(added):
        command = each(command)
    return command


def where_options(command: Command) -> Command:
    """Adds --snapshot, --host, --inventory, --sudo and --lab."""
    added = (
        click.option(
            "--snapshot",
            "snapshots",
            multiple=True,
            type=click.Path(readable=False),
            metavar="DIR",
            help=said(
                "Hosts recorded by `leadline record`, a folder or an archive; may be given several times.",
                "`leadline record`로 기록한 호스트의 폴더 또는 압축 파일입니다. 여러 번 쓸 수 있습니다.",
            ),
        ),
        click.option(
            "--host",
            "hosts",
            multiple=True,
            metavar="HOST",
            help=said(
                "A host as it is now, by SSH, as `leadline record` names it; may be given several times.",
                "SSH로 살펴볼 호스트이며 `leadline record`와 같은 형식입니다. 여러 번 쓸 수 있습니다.",
            ),
        ),
        click.option(
            "--inventory",
            metavar="FILE",
            help=said(
                "Every host of cluster.yaml, or of kubespray's inventory.ini or hosts.yaml.",
                "cluster.yaml 또는 kubespray의 inventory.ini, hosts.yaml에 있는 모든 호스트입니다.",
            ),
        ),
        click.option(
            "--sudo",
            is_flag=True,
            help=said(
                "As root through sudo where it asks for no password.",
                "sudo가 비밀번호를 묻지 않으면 root로 실행합니다.",
            ),
        ),
        click.option(
            "--lab",
            is_flag=False,
            flag_value="",
            metavar="[NAME]",
            shell_complete=lambda ctx, parameter, begun: up_now(begun),  # noqa: ARG005 - click's signature
            help=said(
                "The nodes of a lab. Without any of these: the lab that is up, else this machine.",
                "랩의 노드입니다. 아무것도 지정하지 않으면 떠 있는 랩을, 랩이 없으면 이 머신을 살펴봅니다.",
            ),
        ),
    )
    for option in reversed(added):
        command = option(command)
    return command


def topology(
    snapshots: tuple[str, ...], hosts: tuple[str, ...], inventory: str | None, lab: str | None, *, sudo: bool
) -> "Topology":
    """The network of what these options name. Raises UsageError or HostError where there is none, or where the hosts
    cannot be of one network."""
    if snapshots and (hosts or inventory or lab is not None):
        raise click.UsageError(
            said(
                "--snapshot is what was recorded; it cannot be mixed with --host, --inventory or --lab",
                "--snapshot은 이미 기록한 것이므로 --host, --inventory, --lab과 함께 쓸 수 없습니다",
            ),
            click.get_current_context(),
        )
    if not snapshots:
        return live(hosts, inventory, lab, sudo=sudo).topology
    return _one(_recorded(snapshots))


class Live(NamedTuple):
    """Hosts as they are now. `hosts`: by the names of their recordings; `lab`: the lab that they are of, None for
    none."""

    topology: "Topology"
    hosts: "dict[str, Host]"
    lab: str | None


def live(hosts: tuple[str, ...], inventory: str | None, lab: str | None, *, sudo: bool) -> Live:
    """The network of the hosts that these options name, as they are now. Raises as `topology` does."""
    from leadline.network.topology import Topology

    living, name = _living(hosts, inventory, lab, sudo=sudo)
    came = _collected(living)
    found = _one(Topology({each.host: each for _, each in came}))
    return Live(found, {each.host: host for host, each in came}, name)


def _one(found: "Topology") -> "Topology":
    from leadline.base.errors import UsageError

    if found.mixed:
        raise UsageError(found.mixed[0])
    return found


def _recorded(folders: tuple[str, ...]) -> "Topology":
    from pathlib import Path

    from leadline.base.errors import UsageError
    from leadline.base.text import Text
    from leadline.network.objects import Object, saved
    from leadline.network.topology import Topology
    from leadline.snapshot.store import load

    every: dict[str, Snapshot] = {}
    objects: list[Object] = []
    notes: list[Text] = []
    for folder in map(Path, folders):
        found = load(folder)
        for host in found:
            if host in every:
                twice = Text(
                    "{folder}: host {host} is in another --snapshot already; name one recording of each host",
                    "{folder}: {host} 호스트가 다른 --snapshot에도 있습니다. 호스트마다 기록을 하나만 지정하십시오",
                )
                raise UsageError(twice.fill(folder=folder, host=host))
        every |= found
        beside = saved(folder)
        objects += beside.objects
        notes += beside.notes
    return Topology(every, objects, notes)


def _living(
    hosts: tuple[str, ...], inventory: str | None, lab: str | None, *, sudo: bool
) -> "tuple[list[Host], str | None]":
    """The hosts to ask now, and the lab that is among them."""
    from pathlib import Path

    from leadline.cli.record import named_targets

    found: list[Host] = []
    if hosts or inventory:
        found = [each.host for each in named_targets(hosts, Path(inventory) if inventory else None, sudo)]
    if lab is None and found:
        return found, None
    name = _lab(lab)
    if name is not None:
        return [*found, *_nodes(name)], name
    return [each.host for each in named_targets((), None, sudo)], None


def _lab(asked: str | None) -> str | None:
    """The lab that is meant: by its name, else the only one; None where nobody asked for one and there is none."""
    from leadline.base.errors import UsageError
    from leadline.base.text import Text
    from leadline.lab.lab import labs
    from leadline.lab.plan import LabSpec

    if asked:
        return asked
    known = [each.name for each in labs()]
    if len(known) > 1:
        several = Text(
            "several labs are up: {names}; say which with --lab NAME",
            "랩이 여러 개 떠 있습니다: {names}. --lab 이름으로 지정하십시오",
        )
        raise UsageError(several.fill(names=", ".join(known)))
    if known:
        return known[0]
    return LabSpec().name if asked is not None else None


def _nodes(name: str) -> "list[Host]":
    from leadline.hosts.inside import InsideHost
    from leadline.lab.lab import find, place
    from leadline.lab.lab import topology as planned

    lab = find(name)
    return [InsideHost(node.name, place(lab, node.name)) for node in planned(lab).nodes]


def _collected(hosts: "Sequence[Host]") -> "list[tuple[Host, Snapshot]]":
    """What came of whom; of a host that did not answer the error is said, and the others are traced without it."""
    from leadline.base.errors import LeadlineError
    from leadline.network.topology import SOURCES
    from leadline.snapshot.collect import collect

    begun = time.monotonic()
    came: list[tuple[Host, Snapshot]] = []
    errors: list[LeadlineError] = []

    def done(host: "Host", _: "Snapshot | LeadlineError") -> None:
        progress(f"{host.name}", begun)

    taken = collect(hosts, SOURCES, timeout=_SECONDS, jobs=_AT_A_TIME, done=done)
    for host, each in zip(hosts, taken, strict=True):
        if isinstance(each, LeadlineError):
            errors.append(each)
        else:
            came.append((host, each))
    if not came:
        raise errors[0]
    for error in errors:
        click.echo(f"leadline: {error.text[call().lang]}", err=True)
    return came
