"""`leadline lab up`: makes a lab."""

import signal
import time
from typing import TYPE_CHECKING

import click

from leadline.cli._lab_options import name_option, network, ports
from leadline.cli._options import end_in_order, options, progress, said, show

if TYPE_CHECKING:
    from leadline.lab.plan import Backend, ProxyMode


@click.command(
    "up",
    short_help=said("Make a lab.", "랩을 만듭니다."),
    help=said(
        "Make a lab and wait until it stands.\n\nExit codes: 0 it stands, 2 it cannot be made; then nothing is left.",
        "랩을 만들고 준비될 때까지 기다립니다.\n\n종료 코드: 0 준비됨, 2 만들 수 없음(아무것도 남지 않습니다).",
    ),
)
@click.option(
    "--nodes",
    type=click.IntRange(1, 100),
    metavar="N",
    default=3,
    show_default=True,
    help=said("Nodes, the control plane first.", "노드 수입니다. 첫 노드가 컨트롤 플레인입니다."),
)
@click.option(
    "--pods",
    type=click.IntRange(0, 250),
    metavar="N",
    default=2,
    show_default=True,
    help=said("Pods on each node.", "노드마다 실행할 파드 수입니다."),
)
@click.option(
    "--publish",
    multiple=True,
    metavar="PORT[:NODEPORT]",
    help=said(
        "A port of this machine's loopback that leads to a node port, by default that of Service web. Can be "
        "given several times.",
        "노드 포트로 연결할 이 머신의 루프백 포트입니다. 노드 포트의 기본값은 서비스 web의 포트입니다. 여러 번 지정할 수 "
        "있습니다.",
    ),
)
@click.option(
    "--backend",
    type=click.Choice(["vxlan", "host-gw"]),
    default="vxlan",
    show_default=True,
    help=said("Flannel's backend.", "Flannel 백엔드입니다."),
)
@click.option(
    "--proxy",
    type=click.Choice(["iptables", "nftables"]),
    default="iptables",
    show_default=True,
    help=said("kube-proxy's mode.", "kube-proxy 모드입니다."),
)
@click.option(
    "--mtu",
    type=click.IntRange(626, 9216),
    metavar="N",
    default=1500,
    show_default=True,
    help=said("The MTU of the nodes' uplinks.", "노드 업링크의 MTU입니다."),
)
@click.option(
    "--pod-cidr",
    default="10.244.0.0/16",
    show_default=True,
    metavar="CIDR",
    help=said(
        "The pod network; each node has one /24 of it.", "파드 네트워크입니다. 노드마다 /24 하나를 씁니다."
    ),
)
@click.option(
    "--share-pid",
    is_flag=True,
    help=said(
        "The containers of a pod see each other's processes, and pause reaps them.",
        "파드의 컨테이너가 서로의 프로세스를 보며 pause가 좀비를 회수합니다.",
    ),
)
@click.option(
    "--bare",
    is_flag=True,
    help=said(
        "Nodes as before kubeadm: an address and nothing else. What a cluster adds is the difference to a node of "
        "the same lab without --bare.",
        "kubeadm 이전 상태의 노드만 만듭니다. 주소만 있습니다. --bare 없이 만든 같은 랩의 노드와 비교하면 클러스터가 "
        "추가한 것을 볼 수 있습니다.",
    ),
)
@name_option
@options
def up(
    nodes: int,
    pods: int,
    publish: tuple[str, ...],
    backend: "Backend",
    proxy: "ProxyMode",
    mtu: int,
    pod_cidr: str,
    share_pid: bool,
    bare: bool,
    name: str,
) -> int:
    """Makes a lab, and says what there is now and what to try."""
    from leadline.lab import lab
    from leadline.lab.look import look
    from leadline.lab.plan import LabSpec
    from leadline.report.views.lab_up import raised

    begun = time.monotonic()
    spec = LabSpec(
        name=name,
        nodes=nodes,
        pods=pods,
        backend=backend,
        proxy=proxy,
        mtu=mtu,
        pod_cidr=network(pod_cidr),
        share_pid=share_pid,
        bare=bare,
        publish=_published(ports(publish)),
    )
    end_in_order()
    try:
        made = lab.up(spec, _Progress(nodes, begun).made)
        seconds = time.monotonic() - begun
        show(raised(look(made), seconds), None)
        # it stands and was shown: an interrupt comes too late
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
    except (KeyboardInterrupt, SystemExit):
        lab.down(name)
        raise
    return 0


def _published(wanted: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
    """The same; raises UsageError for a node port that no Service of a lab has."""
    from leadline.base.errors import UsageError
    from leadline.base.text import Text
    from leadline.lab.plan import LabSpec, plan
    from leadline.lab.status import node_ports

    known = node_ports(plan(LabSpec()))
    for port, node_port in wanted:
        if node_port not in known:
            listed = ", ".join(f"{each} ({name})" for each, name in known.items())
            raise UsageError(
                Text(
                    f"--publish {port}:{node_port}: no Service has this node port for TCP; there are {listed}",
                    f"--publish {port}:{node_port}: 이 TCP 노드 포트를 쓰는 서비스가 없습니다. 있는 노드 포트: {listed}",
                )
            )
    return wanted


class _Progress:
    """How far a lab is, at most once a second."""

    def __init__(self, nodes: int, begun: float) -> None:
        self._nodes = nodes
        self._begun = begun
        self._last = begun

    def made(self, what: str, number: int) -> None:
        now = time.monotonic()
        if now - self._last < 1 and number < self._nodes:
            return
        self._last = now
        done = said("nodes begun", "노드 생성") if what == "made" else said("nodes ready", "노드 준비 완료")
        progress(f"[{number}/{self._nodes}] {done}", self._begun)
