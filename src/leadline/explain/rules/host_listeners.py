"""Services that a distribution brings, on the ports they are known for."""

from leadline.base.text import Text
from leadline.explain.listening import Endpoint, binding, line
from leadline.explain.pair import Pair
from leadline.explain.programs import unit_of
from leadline.explain.proof import only
from leadline.explain.rule import Match, Rule
from leadline.explain.witness import Evidence, Witness
from leadline.snapshot.diff import Change

_DISTRIBUTION = Text("distributions", "배포판")
_ALL = {"everywhere": _DISTRIBUTION}
_LOCAL = {"loopback": _DISTRIBUTION}
_LINK = {"node": _DISTRIBUTION, "everywhere": _DISTRIBUTION}
_SSH = Endpoint(Text("login over SSH", "SSH 로그인"), _ALL)
_RPC = Endpoint(Text("directory of RPC services", "RPC 서비스 목록"), _ALL)
_COCKPIT = Endpoint(Text("the Cockpit web console", "Cockpit 웹 콘솔"), _ALL)
_TIME = Endpoint(Text("control of chronyd", "chronyd 제어"), _LOCAL)
_DNS = Endpoint(Text("the host's DNS stub", "호스트의 DNS 스텁"), _LOCAL)
_LLMNR = Endpoint(Text("LLMNR names of the local network", "로컬 네트워크의 LLMNR 이름 조회"), _LINK)
_DHCP = Endpoint(Text("the DHCP client", "DHCP 클라이언트"), _LINK)
_MDNS = Endpoint(Text("mDNS names of the local network", "로컬 네트워크의 mDNS 이름 조회"), _ALL)
_PRINT = Endpoint(Text("printing", "인쇄"), _LOCAL)
_MAIL = Endpoint(Text("mail of the host itself", "호스트 자체 메일"), _LOCAL)
_PCP = Endpoint(Text("performance figures (PCP)", "성능 지표(PCP)"), _ALL)

# Program -> port -> what it is; for pid 1 (`systemd`) the socket units that may hold it.
_KNOWN: dict[str, dict[str, Endpoint]] = {
    "sshd": {"tcp 22": _SSH},
    "chronyd": {
        "udp 323": _TIME,
        "udp 123": Endpoint(Text("time for others (NTP server)", "NTP 서버"), _ALL),
    },
    "ntpd": {"udp 123": Endpoint(Text("time (NTP)", "NTP"), _ALL)},
    "rpcbind": {"tcp 111": _RPC, "udp 111": _RPC},
    "systemd-resolve": {
        "tcp 53": _DNS,
        "udp 53": _DNS,
        "tcp 5355": _LLMNR,
        "udp 5355": _LLMNR,
        "udp 5353": _MDNS,
    },
    "systemd-network": {"udp 68": _DHCP, "udp 546": _DHCP},
    "NetworkManager": {"udp 68": _DHCP, "udp 546": _DHCP},
    "dhclient": {"udp 68": _DHCP, "udp 546": _DHCP},
    "dhcpcd": {"udp 68": _DHCP, "udp 546": _DHCP},
    "avahi-daemon": {"udp 5353": _MDNS},
    "cupsd": {"tcp 631": _PRINT},
    "cups-browsed": {"udp 631": Endpoint(Text("printers of the network", "네트워크 프린터 탐색"), _ALL)},
    "master": {"tcp 25": _MAIL},
    "exim4": {"tcp 25": _MAIL},
    "cockpit-tls": {"tcp 9090": _COCKPIT},
    "pmcd": {"tcp 44321": _PCP},
    "pmproxy": {"tcp 44322": _PCP, "tcp 44323": _PCP},
    "pmlogger": {"tcp 4330": _PCP},
}
_SOCKETS = {
    22: (("ssh.socket", "sshd.socket"), _SSH),
    111: (("rpcbind.socket",), _RPC),
    9090: (("cockpit.socket",), _COCKPIT),
}


def match(change: Change, pair: Pair) -> Match | None:
    listener = change.entry
    if not listener.processes or only(change, "pids", "fds", "port"):
        return None
    witness = pair.side(change)
    for program in listener.processes:
        endpoint, proof = _known(witness, program, listener.protocol, listener.port)
        usual = endpoint is not None and listener.exposure in endpoint.usual
        # Where no units were recorded, program, port and usual binding together are all there is to see.
        units_told = any(witness.entries(fact) for fact in ("services", "unit_files"))
        if endpoint is None or (proof is None and (units_told or not usual)):
            continue
        values = {
            "process": f"{program} ({proof.text.split()[0]})" if proof else program,
            "port": listener.port,
            "what": endpoint.what,
            "binding": binding(endpoint, listener.exposure),
        }
        own = line(change, pair)
        return (
            Match((own, proof), "shown", values, usual) if proof else Match((own,), "likely", values, usual)
        )
    return None


def _known(
    witness: Witness, program: str, protocol: str, port: int
) -> tuple[Endpoint | None, Evidence | None]:
    if program == "systemd" and port in _SOCKETS:
        units, endpoint = _SOCKETS[port]
        return endpoint, witness.unit(*units)
    found = _KNOWN.get(program, {}).get(f"{protocol} {port}")
    if found is None:
        return None, None
    unit = unit_of(witness, program)
    return found, witness.unit(unit) if unit else None


rule = Rule(
    name="host-listeners",
    facts=("ss",),
    component="distribution",
    class_="config",
    why=Text(
        "{what}: {process} on port {port}. {binding}",
        "{what}: {process}(포트 {port}). {binding}",
    ),
    consequence=Text(
        "A service of the host itself; Kubernetes has no part in it.",
        "호스트 자체의 서비스이며 쿠버네티스와 관계가 없습니다.",
    ),
    since="every current distribution",
    source="services(5); systemd.socket(5); the units of the packages openssh, chrony, systemd, NetworkManager, cockpit, rpcbind",
    match=match,
)
