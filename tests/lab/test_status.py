"""How a lab is, from its plan and what lives: no lab is needed for that."""

import pytest

from leadline.lab.plan import LabSpec, Plan, plan
from leadline.lab.speaker import owner
from leadline.lab.status import Balanced, EndpointStatus, Status, status

PLAN = plan(LabSpec(nodes=3, pods=2, publish=((8080, 30080),)))
(BALANCED,) = PLAN.balanced


def living(made: Plan = PLAN) -> set[str]:
    found = {f"{what} {node.name}" for node in made.nodes for what in ("kubelet", "speaker")} | {"publish"}
    return found | {f"{name} {pod.full_name}" for pod in made.pods for name in ("pause", *pod.containers)}


def without(*titles: str, answers: dict[str, str] | None = None) -> Status:
    assert set(titles) <= living()
    return status(PLAN, 0, living() - set(titles), (), answers)


def endpoints(lab: Status, name: str) -> tuple[EndpointStatus, ...]:
    return next(each for each in lab.services if each.name == name).ports[0].endpoints


def test_everything_lives() -> None:
    lab = without()
    assert lab.well
    assert lab.dead == ()
    assert all(node.alive for node in lab.nodes)
    assert all(pod.alive for pod in lab.pods)
    assert all(port.alive for port in lab.published)
    assert lab.published[0].service == "web"


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("web default/web-2", "web default/web-2"),
        ("sidecar default/web-1", "sidecar default/web-1"),
        ("pause default/web-3", "pause default/web-3"),
        ("kubelet k8s-w1", "node k8s-w1"),
        ("speaker k8s-w1", "node k8s-w1"),
        ("publish", "publish 8080"),
    ],
)
def test_what_is_dead_is_named(title: str, said: str) -> None:
    lab = without(title)
    assert lab.dead == (said,)
    assert not lab.well


def test_an_endpoint_dies_with_the_container_that_serves_it_and_with_pause() -> None:
    first = PLAN.pods[0]
    assert first.containers == ("web", "sidecar")
    for title, alive in ((f"web {first.full_name}", False), (f"sidecar {first.full_name}", True)):
        (only,) = endpoints(without(title), "web-one")
        assert (only.pod, only.alive) == (first.full_name, alive)
    assert not endpoints(without(f"pause {first.full_name}"), "web-one")[0].alive


def test_an_endpoint_that_is_no_pod() -> None:
    (apiserver,) = endpoints(without(), "kubernetes")
    assert (apiserver.pod, apiserver.alive) == (None, None)


def test_who_answers_for_a_load_balancer() -> None:
    names = [node.name for node in PLAN.nodes]
    elected = owner(BALANCED, names)
    (computed,) = _balanced(without())
    assert (computed.node, computed.how) == (elected, "computed")
    left = [name for name in names if name != elected]
    (moved,) = _balanced(without(f"kubelet {elected}"))
    assert (moved.node, moved.how) == (owner(BALANCED, left), "computed")
    for node in PLAN.nodes:
        (asked,) = _balanced(without(answers={BALANCED: node.mac}))
        assert (asked.node, asked.how) == (node.name, "arp")


@pytest.mark.parametrize("answers", [{}, {BALANCED: "02:00:00:00:00:01"}])
def test_an_address_that_no_node_answers_for(answers: dict[str, str]) -> None:
    lab = without(answers=answers)
    assert lab.unanswered == (BALANCED,)
    assert not lab.well


def _balanced(lab: Status) -> tuple[Balanced, ...]:
    return next(each.balanced for each in lab.services if each.balanced)
