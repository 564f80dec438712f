"""`leadline lab`: a Flannel cluster out of network namespaces on this machine."""

import sys
from typing import TYPE_CHECKING

import click

from leadline.cli._group import Group
from leadline.cli._lab_fault import fault
from leadline.cli._lab_options import chosen, name_option, network, ports, up_now
from leadline.cli._lab_up import up
from leadline.cli._options import call, options, said, show

if TYPE_CHECKING:
    from leadline.lab.lab import Lab
    from leadline.lab.plan import ProxyMode


@click.group(
    "lab",
    cls=Group,
    short_help=said(
        "A Flannel cluster out of network namespaces.", "네트워크 네임스페이스로 만든 Flannel 클러스터입니다."
    ),
    help=said(
        "A Flannel cluster out of network namespaces on this machine: nodes, pods and Services with the interfaces, "
        "routes and rules that flanneld, the CNI plugins and kube-proxy make, and real processes. No Docker, no "
        "images, no internet; as root, or as any user where the kernel allows user namespaces. It touches nothing "
        "outside its own namespaces, and `lab down` leaves nothing.",
        "이 머신의 네트워크 네임스페이스로 만든 Flannel 클러스터입니다. flanneld, CNI 플러그인, kube-proxy가 만드는 "
        "인터페이스, 라우트, 규칙을 갖춘 노드, 파드, 서비스가 실제 프로세스로 실행됩니다. Docker도 이미지도 인터넷도 필요 "
        "없으며, root로 실행하거나 커널이 사용자 네임스페이스를 허용하면 일반 사용자로도 실행합니다. 자신의 네임스페이스 "
        "밖은 건드리지 않으며 `lab down` 뒤에는 아무것도 남지 않습니다.",
    ),
)
@options
def command() -> None:
    """The verbs of the lab."""


command.add_command(up)


@command.command(
    "status",
    short_help=said("What a lab has, and how it is.", "랩의 구성과 상태를 보여 줍니다."),
    help=said(
        "Nodes, pods, Services, published ports and faults of a lab, and a picture of it; without --name, of every "
        "lab.\n\nExit codes: 0 all is well, 1 something is dead or a fault is injected, 2 trouble.",
        "랩의 노드, 파드, 서비스, 공개한 포트, 장애와 구성도를 보여 줍니다. --name이 없으면 모든 랩을 보여 줍니다.\n\n"
        "종료 코드: 0 모두 정상, 1 중단된 것이나 주입된 장애가 있음, 2 오류.",
    ),
)
@click.option(
    "--name",
    metavar="LAB",
    shell_complete=lambda ctx, parameter, begun: up_now(begun),  # noqa: ARG005 - click's signature
    help=said("Only this lab.", "이 랩만 보여 줍니다."),
)
@click.option(
    "--all",
    "everything",
    is_flag=True,
    help=said("Every node and pod of a large lab.", "큰 랩의 노드와 파드도 모두 보여 줍니다."),
)
@click.option(
    "--to",
    type=click.Path(readable=False),
    metavar="FILE",
    help=said("Write the report to FILE.", "보고서를 FILE에 씁니다."),
)
@options
def status(name: str | None, everything: bool, to: str | None) -> int:
    """Shows how labs are."""
    from leadline.cli._options import format_name
    from leadline.lab.lab import find, labs
    from leadline.lab.look import look
    from leadline.report.views.lab import document

    seen = [look(each) for each in ([find(name)] if name is not None else labs())]
    # one that was just taken down is not a broken one
    there = {each.name for each in labs()}
    found = [each for each in seen if each.name in there]
    show(document(found, expand=everything or format_name(to) == "html"), to)
    return 0 if all(each.well for each in found) else 1


class _Exec(click.Command):
    """Options of the command that is run need no `--` before them; with one, ours may stand anywhere before it."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.allow_interspersed_args = "--" in args
        return super().parse_args(ctx, args)


def _places(ctx: click.Context, _: click.Parameter, begun: str) -> list[str]:
    """Nodes, pods and `outside`, for completion."""
    from leadline.lab.lab import topology

    lab = chosen(ctx)
    if lab is None:
        return []
    made = topology(lab)
    names = [*(each.name for each in made.nodes), *(each.name for each in made.pods), "outside"]
    return [each for each in names if each.startswith(begun)]


@command.command(
    "exec",
    cls=_Exec,
    short_help=said("Run a command in a node or pod.", "노드나 파드에서 명령을 실행합니다."),
    help=said(
        "Run a command in the namespaces of a node, of a pod's first container, or of a host outside the cluster "
        "(`outside`), with this terminal and this directory.\n\nThe exit code is the command's; 126 and 127 as of a "
        "shell, 2 where there is no such place.",
        "노드, 파드의 첫 컨테이너 또는 클러스터 밖의 호스트(`outside`)의 네임스페이스에서 명령을 실행합니다. 터미널과 현재 "
        "디렉터리는 그대로 씁니다.\n\n종료 코드는 명령의 종료 코드입니다. 126과 127은 셸과 같고, 그런 노드나 파드가 없으면 "
        "2입니다.",
    ),
)
@click.option(
    "-c",
    "--container",
    metavar="NAME",
    help=said("Another container of the pod, or pause.", "파드의 다른 컨테이너 또는 pause입니다."),
)
@click.argument("place", metavar="NODE|POD|outside", shell_complete=_places)
@click.argument("command_line", metavar="-- CMD…", nargs=-1, type=click.UNPROCESSED)
@name_option
@options
def execute(container: str | None, place: str, command_line: tuple[str, ...], name: str) -> int:
    """Runs the command; its exit code."""
    from leadline.base.errors import UsageError
    from leadline.base.text import Text
    from leadline.lab import lab

    words = command_line[1:] if command_line[:1] == ("--",) else command_line
    if not words:
        raise UsageError(
            Text(
                f"no command to run in {place}; give one, as in `leadline lab exec {place} -- ip addr`",
                f"{place}에서 실행할 명령이 없습니다. `leadline lab exec {place} -- ip addr`처럼 지정하십시오",
            )
        )
    found = lab.find(name)
    if container is not None:
        _require_container(found, place, container)
    process = lab.place(found, place, container)
    sys.stdout.flush()
    return lab.execute(process, words)


def _require_container(found: "Lab", place: str, container: str) -> None:
    """Raises UsageError where the place is a pod without this container, or no pod."""
    from leadline.base.errors import UsageError
    from leadline.base.text import Text
    from leadline.lab.lab import topology

    made = topology(found)
    pod = made.pod(place)
    if pod is None and place not in ("outside", *(each.name for each in made.nodes)):
        return
    known = ", ".join((*pod.containers, "pause")) if pod is not None else ""
    if pod is not None and container not in (*pod.containers, "pause"):
        raise UsageError(
            Text(
                f"pod {place} has no container {container}; there are {known}",
                f"{place} 파드에 {container} 컨테이너가 없습니다. 있는 컨테이너: {known}",
            )
        )
    if pod is None:
        raise UsageError(
            Text(
                f"-c {container}: {place} is no pod; leave -c out",
                f"-c {container}: {place}은(는) 파드가 아닙니다. -c를 빼십시오",
            )
        )


@command.command(
    "down",
    short_help=said("End a lab.", "랩을 내립니다."),
    help=said(
        "End a lab and wait until nothing of it is left.\n\nExit codes: 0 it is gone, 2 there was none.",
        "랩을 내리고 아무것도 남지 않을 때까지 기다립니다.\n\n종료 코드: 0 내려감, 2 그런 랩이 없음.",
    ),
)
@click.option("--all", "everything", is_flag=True, help=said("Every lab.", "모든 랩을 내립니다."))
@name_option
@options
def down(everything: bool, name: str) -> int:
    """Ends one lab, or all."""
    from leadline.lab import lab

    names = [each.name for each in lab.labs()] if everything else [lab.find(name).name]
    for each in names:
        lab.down(each)
        if not call().quiet:
            click.echo(
                said(
                    f"lab {each} is down, nothing of it is left",
                    f"{each} 랩을 내렸습니다. 남은 것은 없습니다",
                )
            )
    if not names and not call().quiet:
        click.echo(said("no lab is up", "떠 있는 랩이 없습니다"))
    return 0


@command.command(
    "kind-config",
    short_help=said("The same topology for kind.", "같은 구성의 kind 설정을 출력합니다."),
    help=said(
        "Print kind's configuration for the same topology, for those who have Docker.",
        "같은 구성의 kind 설정 파일을 출력합니다. Docker가 있는 경우에 씁니다.",
    ),
)
@click.option(
    "--nodes",
    type=click.IntRange(1, 100),
    metavar="N",
    default=3,
    show_default=True,
    help=said("Nodes, one of them the control plane.", "컨트롤 플레인을 포함한 노드 수입니다."),
)
@click.option(
    "--publish",
    multiple=True,
    metavar="PORT[:NODEPORT]",
    help=said(
        "A port of the machine that leads to a node port, by default 30080. Can be given several times.",
        "노드 포트로 연결할 머신의 포트입니다. 노드 포트의 기본값은 30080입니다. 여러 번 지정할 수 있습니다.",
    ),
)
@click.option(
    "--pod-cidr",
    default="10.244.0.0/16",
    show_default=True,
    metavar="CIDR",
    help=said("The pod network.", "파드 네트워크입니다."),
)
@click.option(
    "--proxy",
    type=click.Choice(["iptables", "nftables"]),
    default="iptables",
    show_default=True,
    help=said("kube-proxy's mode.", "kube-proxy 모드입니다."),
)
@click.option(
    "--name",
    default="lab",
    show_default=True,
    metavar="NAME",
    help=said("The name of the cluster.", "클러스터 이름입니다."),
)
@options
def kind_config(nodes: int, publish: tuple[str, ...], pod_cidr: str, proxy: "ProxyMode", name: str) -> int:
    """Prints the file."""
    from leadline.lab.kind_config import written

    text = written(name=name, nodes=nodes, publish=ports(publish), pod_cidr=network(pod_cidr), proxy=proxy)
    click.echo(text[call().lang], nl=False)
    return 0


command.add_command(fault)
