"""A firewall of the node drops or rejects the packet."""

from leadline.base.text import Text
from leadline.network.cause import Case, Finder
from leadline.network.packet import dotted
from leadline.network.result import Cause


def _find(case: Case) -> Cause | None:
    way, about = case.way, case.about
    table, chain, rule = about("table"), about("chain"), about("rule")
    host, hook = way.at, about("hook")
    outer = way.decisive is not None and way.decisive.tunnelled
    cited = rule or f"policy of {table} {chain}"
    packet = way.packet or case.flow.packet
    port = packet.destination_port if outer else case.packet.destination_port
    protocol = "udp" if outer else case.packet.protocol
    shown = f"iptables -t {table} -S {chain}"
    if about("tool") == "nft":
        shown = f"nft list table {about('family')} {table}"
    insert = f"nft insert rule {about('family')} {table} {about('base') or chain}"
    remedy, commands = _REMOVE, [shown]
    if table == "firewalld" and hook == "forward":
        remedy = _TRUST
        commands = _firewalld("--zone=trusted --change-interface=cni0 --change-interface=flannel.1")
    elif table == "firewalld":
        remedy = _OPEN
        commands = _firewalld(f"--add-port={port}/{protocol}")
    elif chain.startswith("ufw-") and hook == "forward":
        remedy, commands = _OPEN, ["ufw route allow in on cni0", "ufw route allow out on cni0"]
    elif chain.startswith("ufw-"):
        remedy, commands = _OPEN, [f"ufw allow {port}/{protocol}"]
    elif not rule and hook == "forward":
        remedy = _ACCEPT
        networks = sorted(_written(each) for each in case.topology.pod_networks) or [
            dotted(packet.destination)
        ]
        sides = [(each, *side) for each in networks for side in (("-s", "saddr"), ("-d", "daddr"))]
        if about("tool") == "nft":
            # what another table accepts does not help against this one's policy
            commands = [f"{insert} ip {word} {each} accept" for each, _, word in sides]
        elif table == "filter":
            commands = [f"iptables -I FORWARD {flag} {each} -j ACCEPT" for each, flag, _ in sides]
    elif (outer or hook == "input") and port is not None:
        if about("tool") == "nft":
            remedy, commands = _OPEN, [f"{insert} {protocol} dport {port} accept"]
        elif table == "filter":
            remedy, commands = _OPEN, [f"iptables -I INPUT -p {protocol} --dport {port} -j ACCEPT"]
    what = _TUNNEL if outer else _POLICY if not rule else _RULE
    return Cause(
        name="firewall",
        key=f"firewall {host} {about('family')} {table} {chain} {rule}",
        host=host,
        what=what.fill(
            host=host, rule=cited, table=table, chain=chain, hook=hook, port=port, protocol=protocol
        ),
        remedy=remedy.fill(port=port, protocol=protocol),
        commands=tuple(commands),
        evidence=((host, about("tool"), rule or f"{table} {chain} policy drop"),),
    )


def _firewalld(option: str) -> list[str]:
    """Now and for good. Not by --reload, which with firewalld's iptables backend flushes what kube-proxy and the CNI
    plugins wrote."""
    return [f"firewall-cmd {option}", f"firewall-cmd --permanent {option}"]


def _written(network: tuple[int, int]) -> str:
    return f"{dotted(network[0])}/{network[1].bit_count()}"


_RULE = Text(
    "{host} drops it at {hook} by `{rule}` (table {table}, chain {chain}).",
    "{host}의 {hook} 훅에서 `{rule}` 규칙(테이블 {table}, 체인 {chain})이 막습니다.",
)
_POLICY = Text(
    "On {host} no rule lets it pass, and the policy of chain {chain} in table {table} is drop.",
    "{host}에 통과시키는 규칙이 없고 {table} 테이블 {chain} 체인의 기본 정책이 DROP입니다.",
)
_TUNNEL = Text(
    "{host} does not let in the VXLAN packets of the other nodes ({protocol} port {port}): `{rule}`.",
    "{host}이(가) 다른 노드의 VXLAN 패킷({protocol} {port}번 포트)을 받지 않습니다: `{rule}`.",
)
_TRUST = Text(
    "open ports are not enough for traffic that is forwarded: add cni0 and flannel.1 to the trusted zone",
    "포워딩되는 트래픽에는 포트를 여는 것만으로 부족합니다. cni0와 flannel.1을 trusted 존에 추가하십시오",
)
_OPEN = Text("let {protocol} port {port} in", "{protocol} {port}번 포트를 허용하십시오")
_ACCEPT = Text(
    "accept what is forwarded from and to the pod network, as flanneld does unless it runs with --iptables-forward-rules=false, and see who set the policy (Docker does)",
    "파드 대역의 포워딩을 허용하십시오. --iptables-forward-rules=false가 아니라면 flanneld가 넣는 규칙입니다. 누가 기본 정책을 바꿨는지도 확인하십시오(Docker가 그렇게 합니다)",
)
_REMOVE = Text(
    "see whose rule this is, and change it there", "누가 넣은 규칙인지 확인하고 그곳에서 수정하십시오"
)

finder = Finder(dispositions=("dropped-by-rule",), find=_find)
