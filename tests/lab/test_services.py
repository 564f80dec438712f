"""Every kind of Service with real packets, as kube-proxy's rules of either mode lead them."""

from collections.abc import Iterator

import pytest
from labs import inside, standing

from leadline.lab.lab import Lab
from leadline.lab.plan import EXTERNAL, GATEWAY, HOST_PORT, LOAD_BALANCER, Plan, plan

# curl's exit codes
REFUSED, TIMED_OUT = 7, 28


@pytest.fixture(scope="module", params=["iptables", "nftables"])
def lab(request: pytest.FixtureRequest) -> Iterator[Lab]:
    with standing(proxy=request.param) as made:
        yield made


@pytest.fixture
def made(lab: Lab) -> Plan:
    return plan(lab.spec)


def asked(lab: Lab, source: str, target: str) -> tuple[str, str]:
    """Which pod answered, and the address that it says the question came from."""
    answer = inside(lab, source, f"curl -s -m 5 {target}").splitlines()
    return answer[0].split()[1].partition("/")[2], answer[1].split()[1].rpartition(":")[0]


def ends(lab: Lab, source: str, target: str) -> int:
    """The exit code of curl."""
    return int(inside(lab, source, f"curl -s -o /dev/null -m 1 {target}; echo $?"))


def cluster_ip(made: Plan, name: str) -> str:
    return next(service.cluster_ip for service in made.services if service.name == name)


def test_a_cluster_ip_from_a_pod_keeps_the_source(lab: Lab, made: Plan) -> None:
    pod = made.pods[-1]
    seen = {asked(lab, pod.name, cluster_ip(made, "web")) for _ in range(20)}
    assert len({name for name, _ in seen}) > 1, "it is spread"
    # to itself by the Service it comes back from the bridge: else the pod would answer itself directly
    assert {source for name, source in seen if name != pod.name} == {str(pod.address)}


def test_a_cluster_ip_from_a_node(lab: Lab, made: Plan) -> None:
    assert asked(lab, "k8s-w1", cluster_ip(made, "web"))[0] in {pod.name for pod in made.pods}


def test_hairpin(lab: Lab, made: Plan) -> None:
    first = made.pods[0]
    name, source = asked(lab, first.name, cluster_ip(made, "web-one"))
    assert (name, source) == (first.name, str(made.nodes[0].bridge_address))


def test_session_affinity(lab: Lab, made: Plan) -> None:
    assert len({asked(lab, "web-3", cluster_ip(made, "web-sticky"))[0] for _ in range(8)}) == 1


def test_no_endpoints_is_refused(lab: Lab, made: Plan) -> None:
    assert ends(lab, "k8s-w1", cluster_ip(made, "web-empty")) == REFUSED
    assert ends(lab, "outside", f"{made.nodes[1].address}:30083") == REFUSED


def test_udp(lab: Lab, made: Plan) -> None:
    script = (
        "python3 - <<'E'\nimport socket\ns=socket.socket(socket.AF_INET,socket.SOCK_DGRAM);s.settimeout(5)\n"
        f"s.sendto(b'x',('{cluster_ip(made, 'web-udp')}',80));print(s.recv(999).decode())\nE"
    )
    assert "pod default/web-" in inside(lab, "web-3", script)


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_node_port_of_policy_cluster_answers_on_every_node(lab: Lab, made: Plan, number: int) -> None:
    """With the address of the node: the pod must answer through it."""
    node = made.nodes[number]
    own = {str(node.address), str(node.bridge_address), str(node.subnet.network_address)}
    assert {asked(lab, "outside", f"{node.address}:30080")[1] for _ in range(6)} <= own


def test_a_node_port_of_policy_local_keeps_the_source_and_has_no_answer_elsewhere(
    lab: Lab, made: Plan
) -> None:
    for node in made.nodes[:-1]:
        name, source = asked(lab, "outside", f"{node.address}:30081")
        assert name in {pod.name for pod in node.pods}
        assert source == str(GATEWAY)
    assert ends(lab, "outside", f"{made.nodes[-1].address}:30081") == TIMED_OUT


def test_a_load_balancer_and_an_external_ip(lab: Lab, made: Plan) -> None:
    names = {pod.name for pod in made.pods}
    for address in (LOAD_BALANCER, EXTERNAL):
        assert asked(lab, "outside", str(address))[0] in names
        assert asked(lab, "web-2", str(address))[0] in names


def test_a_host_port(lab: Lab, made: Plan) -> None:
    (pod,) = (each for each in made.pods if each.host_ports)
    node = next(each for each in made.nodes if each.name == pod.node)
    assert asked(lab, "outside", f"{node.address}:{HOST_PORT}") == (pod.name, str(GATEWAY))
    assert asked(lab, made.nodes[0].name, f"{node.address}:{HOST_PORT}")[0] == pod.name
    assert asked(lab, node.name, f"127.0.0.1:{HOST_PORT}")[0] == pod.name
    assert ends(lab, "outside", f"{made.nodes[0].address}:{HOST_PORT}") == REFUSED


def test_a_node_port_on_loopback_is_iptables_mode_s_alone(lab: Lab, made: Plan) -> None:
    code = ends(lab, "k8s-w1", "127.0.0.1:30080")
    assert code == (0 if lab.spec.proxy == "iptables" else REFUSED)
