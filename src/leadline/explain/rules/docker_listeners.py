"""Docker's sockets: published ports of containers, and the daemon's own."""

from leadline.base.text import Text
from leadline.explain.listening import WHERE, Endpoint, any_port, binding, listens
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change

_PUBLISHED = Text("published port of a container", "컨테이너의 게시된 포트")
_daemon = listens(
    "docker",
    ("dockerd", "dockerd-current"),
    {
        "tcp 2375": Endpoint(Text("API without authentication", "인증 없는 API"), {}),
        "tcp 2376": Endpoint(
            Text("API over TLS", "TLS API"),
            {"everywhere": Text("Docker with a remote API", "원격 API를 켠 Docker")},
        ),
        "tcp 2377": Endpoint(Text("swarm management", "swarm 관리"), {"everywhere": "Docker swarm"}),
        "tcp 7946": Endpoint(Text("swarm membership", "swarm 멤버십"), {"everywhere": "Docker swarm"}),
        "udp 7946": Endpoint(Text("swarm membership", "swarm 멤버십"), {"everywhere": "Docker swarm"}),
    },
)
_ANY = Endpoint(
    _PUBLISHED,
    {"everywhere": "docker run -p", "node": "docker run -p address:", "loopback": "docker run -p 127.0.0.1:"},
)


def match(change: Change, pair: Pair) -> Match | None:
    if (own := _daemon(change, pair)) is not None:
        return own
    found = any_port(change, pair, "docker", ("docker-proxy", "dockerd", "dockerd-current"))
    if found is None:
        return None
    sentence = binding(_ANY, change.entry.exposure)
    values = {
        "port": change.entry.port,
        "what": _PUBLISHED,
        "binding": sentence,
        "where": WHERE[change.entry.exposure],
    }
    return Match(found.evidence, found.certainty, values, change.entry.exposure in _ANY.usual)


rule = Rule(
    name="docker-listeners",
    facts=("ss",),
    component="docker",
    class_="config",
    why=Text("Docker: {what}, {port}. {binding}", "Docker: {what}, {port}. {binding}"),
    consequence=Text(
        "Traffic to it is forwarded by Docker's own NAT rules, which ufw and INPUT rules never see.",
        "이 포트로 오는 트래픽은 Docker의 NAT 규칙이 전달하므로 ufw나 INPUT 규칙으로는 막히지 않습니다.",
    ),
    since="Docker 1.7 (userland proxy)",
    source="moby/moby cmd/docker-proxy/main_linux.go, daemon/libnetwork/portmapper/proxy_linux.go StartProxy",
    match=match,
)
