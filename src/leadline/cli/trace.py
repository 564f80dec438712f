"""`leadline trace`: where a packet goes, computed from the state of the hosts on its way."""

import time
from typing import TYPE_CHECKING

import click

from leadline.cli._options import format_name, options, progress, said, show
from leadline.cli._where import flow_options, topology, where_options

if TYPE_CHECKING:
    from leadline.network.ports import Protocol
    from leadline.network.topology import Topology


@click.command(
    "trace",
    short_help=said(
        "Where a packet goes, and why it does not arrive.",
        "패킷의 경로와 도달하지 못하는 이유를 보여 줍니다.",
    ),
    help=said(
        "Where a packet from FROM to TO goes, and its answer: every interface, rule, route, neighbour and tunnel, "
        "computed from the recorded state of the hosts; nothing is sent. Where it does not arrive: which line of which "
        "host is the reason, and what helps.\n\n"
        "FROM is a pod ([namespace/]name), a node, an IP address, or `outside`; TO is the same with :port where wanted, "
        "or svc/[namespace/]name[:port]. `pod/` and `node/` may stand before a name.\n\n"
        "Exit codes: 0 delivered and answered, 1 not, or something is not recorded, 2 trouble.",
        "FROM에서 TO로 가는 패킷과 그 응답의 경로를 보여 줍니다. 거쳐 가는 인터페이스, 규칙, 라우트, 이웃, 터널을 호스트에 기록된 상태로 "
        "계산하며 패킷은 보내지 않습니다. 도달하지 못하면 어느 호스트의 어느 줄이 원인이고 무엇을 해야 하는지 알려 줍니다.\n\n"
        "FROM은 파드([namespace/]name), 노드, IP 주소, `outside` 중 하나입니다. TO는 같은 형식에 필요하면 :port를 붙이거나 "
        "svc/[namespace/]name[:port]로 씁니다. 이름 앞에 `pod/`나 `node/`를 붙여도 됩니다.\n\n"
        "종료 코드: 0 도달하고 응답도 돌아옴, 1 그렇지 않거나 기록이 부족함, 2 오류.",
    ),
)
@flow_options
@click.option(
    "--size",
    type=click.IntRange(0, 65507),
    metavar="BYTES",
    help=said("Bytes of payload, as `ping -s` counts.", "페이로드 크기(바이트)이며 `ping -s`와 같이 셉니다."),
)
@click.option(
    "--all-pairs",
    is_flag=True,
    help=said(
        "Instead of FROM and TO: every pod to every other, with the fewest causes that explain what is lost.",
        "FROM과 TO 대신 모든 파드 사이를 추적하고, 실패를 설명하는 최소한의 원인을 보여 줍니다.",
    ),
)
@click.option(
    "--all",
    "everything",
    is_flag=True,
    help=said(
        "Every way a Service may choose, and every decision of every kernel.",
        "서비스가 고를 수 있는 모든 경로와 커널의 모든 판단을 보여 줍니다.",
    ),
)
@click.option(
    "--to",
    type=click.Path(readable=False),
    metavar="FILE",
    help=said("Write the report to FILE.", "보고서를 FILE에 씁니다."),
)
@where_options
@options
def command(
    source: str | None,
    destination: str | None,
    port: str | None,
    proto: "Protocol | None",
    size: int | None,
    df: bool,
    all_pairs: bool,
    everything: bool,
    to: str | None,
    snapshots: tuple[str, ...],
    hosts: tuple[str, ...],
    inventory: str | None,
    sudo: bool,
    lab: str | None,
) -> int:
    """Returns 0 where the packet arrives and its answer comes back, else 1."""
    if all_pairs:
        if source is not None or size is not None or df:
            raise click.UsageError(
                said(
                    "--all-pairs takes neither FROM and TO nor --size and --df: every pair's largest packet is followed",
                    "--all-pairs는 FROM, TO, --size, --df와 함께 쓸 수 없습니다. 쌍마다 가장 큰 패킷을 추적합니다",
                ),
                click.get_current_context(),
            )
        if port is not None and not port.isdecimal():
            raise click.BadParameter(
                said("with --all-pairs a port is a number", "--all-pairs에서는 포트를 번호로 지정하십시오"),
                param_hint="--port",
            )
        number = int(port) if port is not None else None
        return _pairs(topology(snapshots, hosts, inventory, lab, sudo=sudo), number, proto or "icmp", to)
    if source is None or destination is None:
        ctx = click.get_current_context()
        raise click.MissingParameter(ctx=ctx, param=ctx.command.params[0 if source is None else 1])

    from leadline.network.names import flow
    from leadline.network.tracing import trace
    from leadline.report.views.trace import document

    network = topology(snapshots, hosts, inventory, lab, sudo=sudo)
    asked = flow(network, source, destination, port=port, protocol=proto, size=size, df=df)
    found = trace(network, asked)
    show(document(found, everything=everything, expand=format_name(to) == "html"), to)
    return 0 if found.delivered else 1


def _pairs(network: "Topology", port: int | None, protocol: "Protocol", to: str | None) -> int:
    """Shows who reaches whom; returns 0 where everybody does."""
    from leadline.network.pairs import matrix
    from leadline.report.views.trace_pairs import document

    begun = time.monotonic()

    def step(done: int, of: int) -> None:
        if done == of or done % 100 == 0:
            progress(f"[{done}/{of}]", begun)

    found = matrix(network, protocol=protocol, port=port, step=step)
    show(document(found, expand=format_name(to) == "html"), to)
    return 0 if found.delivered == found.pairs else 1
