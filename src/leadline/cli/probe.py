"""`leadline probe`: what a trace predicts, proved with the real packet; and captures that people already have."""

import sys
import time
from typing import TYPE_CHECKING

import click

from leadline.cli._options import format_name, options, progress, said, show
from leadline.cli._where import flow_options, live, topology, where_options

if TYPE_CHECKING:
    from leadline.network.ports import Protocol


@click.command(
    "probe",
    short_help=said(
        "Sends the packet of a trace and shows where it really goes.",
        "추적한 패킷을 실제로 보내 어디로 가는지 보여 줍니다.",
    ),
    help=said(
        "Predicts the way of a packet from FROM to TO as `leadline trace` does, then sends it from there, captures it at "
        "every interface, and lines both up. Nothing is installed: hosts need python3 or tcpdump, and root.\n\n"
        "FROM and TO are written as for `leadline trace`; from `outside` it is sent from this machine, or from the "
        "world beyond a lab. With --pcap FILE a capture that somebody made is read instead (`-`: standard input).\n\n"
        "Exit codes: 0 delivered, answered and as predicted (--pcap: nothing is wrong), 1 not, or something could not be "
        "observed, 2 trouble.",
        "`leadline trace`처럼 FROM에서 TO로 가는 패킷의 경로를 예측한 뒤, 그곳에서 실제로 보내고 모든 인터페이스에서 캡처하여 "
        "둘을 비교합니다. 아무것도 설치하지 않으며, 호스트에는 python3 또는 tcpdump와 root 권한이 필요합니다.\n\n"
        "FROM과 TO는 `leadline trace`와 같이 씁니다. `outside`이면 이 머신에서, 랩이면 랩 바깥에서 보냅니다. --pcap 파일을 "
        "지정하면 이미 만들어진 캡처를 읽습니다(`-`: 표준 입력).\n\n"
        "종료 코드: 0 예측대로 도달하고 응답이 돌아옴(--pcap: 문제 없음), 1 그렇지 않거나 관측하지 못함, 2 오류.",
    ),
)
@flow_options
@click.option(
    "--size",
    type=click.IntRange(0, 65507),
    metavar="BYTES",
    help=said(
        "Bytes of payload of a datagram or ping, as `ping -s` counts.",
        "데이터그램이나 ping의 페이로드 크기(바이트)이며 `ping -s`와 같이 셉니다.",
    ),
)
@click.option(
    "--count",
    type=click.IntRange(1, 1000),
    default=1,
    metavar="N",
    help=said("How many packets, or connections (TCP).", "보낼 패킷 수(TCP는 연결 수)입니다."),
)
@click.option(
    "--timeout",
    type=click.FloatRange(0.05, 60),
    default=4.0,
    metavar="SECONDS",
    help=said(
        "How long an answer is waited for (4): a kernel takes 3 to say that a host is not there.",
        "응답을 기다리는 시간(초)입니다. 기본값은 4이며, 커널이 호스트가 없다고 알리기까지 3초가 걸립니다.",
    ),
)
@click.option(
    "--path-mtu",
    "with_mtu",
    is_flag=True,
    help=said(
        "Find the largest packet that passes unfragmented, too (by UDP, else by ping).",
        "단편화 없이 지나가는 가장 큰 패킷의 크기도 찾습니다(UDP, 안 되면 ping).",
    ),
)
@click.option(
    "--capture",
    type=click.Path(readable=False, dir_okay=False),
    metavar="FILE",
    help=said("Write what was captured to FILE as pcapng.", "캡처한 것을 FILE에 pcapng로 씁니다."),
)
@click.option(
    "--all",
    "everything",
    is_flag=True,
    help=said("Every interface as a row.", "모든 인터페이스를 표로도 보여 줍니다."),
)
@click.option(
    "--pcap",
    type=click.Path(readable=False),
    metavar="FILE",
    help=said(
        "Read this capture (pcap, pcapng, gzip'd too) instead of sending.",
        "보내는 대신 이 캡처(pcap, pcapng, gzip 포함)를 읽습니다.",
    ),
)
@click.option(
    "--flow",
    type=click.IntRange(1),
    metavar="N",
    help=said(
        "Of --pcap: the flow to draw packet by packet.", "--pcap에서 패킷 단위로 그릴 흐름 번호입니다."
    ),
)
@click.option(
    "--vxlan-port",
    "vxlan",
    type=click.IntRange(1, 65535),
    multiple=True,
    metavar="PORT",
    help=said(
        "A UDP port of VXLAN beside 8472 and 4789; may be given several times.",
        "8472와 4789 외의 VXLAN UDP 포트입니다. 여러 번 쓸 수 있습니다.",
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
    count: int,
    timeout: float,
    with_mtu: bool,
    capture: str | None,
    everything: bool,
    pcap: str | None,
    flow: int | None,
    vxlan: tuple[int, ...],
    to: str | None,
    snapshots: tuple[str, ...],
    hosts: tuple[str, ...],
    inventory: str | None,
    sudo: bool,
    lab: str | None,
) -> int:
    """Returns 0 where the packet is answered and everything was as predicted, else 1."""
    ctx = click.get_current_context()
    if pcap is not None:
        if source is not None or capture is not None:
            raise click.UsageError(
                said(
                    "--pcap reads a capture; it takes neither FROM and TO nor --capture",
                    "--pcap은 캡처를 읽으므로 FROM, TO, --capture와 함께 쓸 수 없습니다",
                ),
                ctx,
            )
        return _read(pcap, vxlan, flow, snapshots, to)
    if snapshots:
        raise click.UsageError(
            said(
                "--snapshot is what was recorded, and a probe sends now; name --host, --inventory or --lab, or use `leadline trace`",
                "--snapshot은 기록이지만 probe는 지금 패킷을 보냅니다. --host, --inventory, --lab을 지정하거나 `leadline trace`를 쓰십시오",
            ),
            ctx,
        )
    if source is None or destination is None:
        raise click.MissingParameter(ctx=ctx, param=ctx.command.params[0 if source is None else 1])

    from leadline.cli._probe import Probing
    from leadline.network.names import flow as named
    from leadline.report.views.probe import document

    there = live(hosts, inventory, lab, sudo=sudo)
    probing = Probing(there, source, destination, vxlan=vxlan, count=count, timeout=timeout)
    found = probing.run(
        lambda begin: named(there.topology, begin, destination, port=port, protocol=proto, size=size, df=df),
        sized=size is not None,
        mtu=with_mtu,
    )
    if capture is not None:
        probing.write(found.probed, capture)
    again = " ".join(("leadline", *sys.argv[1:]))
    show(document(found, everything=everything or format_name(to) == "html", again=again), to)
    return 0 if found.verdict == "confirmed" and found.delivered else 1


def _read(
    file: str, ports: tuple[int, ...], flow: int | None, snapshots: tuple[str, ...], to: str | None
) -> int:
    """Shows what a capture tells; returns 1 where something in it is wrong."""
    from leadline.network.probe.captures import read_capture
    from leadline.network.probe.decode import VXLAN_PORTS
    from leadline.network.probe.flows import analyse
    from leadline.report.views.capture import document
    from leadline.report.views.capture_findings import findings

    names = _names(snapshots)
    begun = time.monotonic()
    progress(said(f"reading {file}", f"{file} 읽는 중"), begun)
    found = analyse(read_capture("/dev/stdin" if file == "-" else file, frozenset((*ports, *VXLAN_PORTS))))
    show(document(found, names, flow=flow, expand=format_name(to) == "html"), to)
    return 1 if any(each.severity != "note" for each in findings(found, names)) else 0


def _names(snapshots: tuple[str, ...]) -> dict[str, str]:
    """Address → who has it, as recordings tell: pods, Services, nodes."""
    if not snapshots:
        return {}
    network = topology(snapshots, (), None, None, sudo=False)
    names = {address: node.name for node in network.nodes for address in node.addresses}
    for service in network.services:
        held = (service.cluster_ip, *service.external_ips, *service.load_balancers)
        names |= {address: f"svc/{service.namespace}/{service.name}" for address in held if address}
    names |= {each: pod.full_name for pod in network.pods if not pod.host_network for each in pod.addresses}
    return names
