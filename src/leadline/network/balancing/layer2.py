"""Which node answers ARP for an address, and who would take over.

metallb speaker/layer2_controller.go (ShouldAnnounce, sortL2Candidates), internal/config (preferredNodeScores).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from leadline.base.text import Text
from leadline.network.balancing.fronted import Fronted
from leadline.network.balancing.members import EXCLUDED, Member
from leadline.network.balancing.order import order
from leadline.network.balancing.selectors import fits, matches
from leadline.network.objects import Object


class Election(msgspec.Struct, frozen=True, kw_only=True):
    """`candidates`: the nodes that may answer, the first one does. `interfaces`: on which each does, () for all.
    `notes`: who may not, and why; `missing`: what was not recorded."""

    candidates: tuple[str, ...] = ()
    interfaces: Mapping[str, tuple[str, ...]] = {}
    notes: tuple[Text, ...] = ()
    missing: tuple[Text, ...] = ()


def elect(service: Fronted, advertisements: Sequence[Object], members: Sequence[Member]) -> Election:
    """The election for a Service; `advertisements`: those of its pool."""
    missing: list[Text] = []
    if service.endpoints is None:
        missing.append(ENDPOINTS.fill(service=service.name))
    elif not service.endpoints:
        return Election(notes=(NO_ENDPOINT.fill(service=service.name),))
    ours = for_service(advertisements, service, missing)
    if service.shared and any(_spec(each).get("serviceSelectors") for each in ours):
        return Election(notes=(_SHARED.fill(service=service.name),))
    if not ours:
        return Election(notes=(NO_ADVERTISEMENT.fill(service=service.name),), missing=tuple(missing))
    where = {member.name: on_node(ours, member, missing) for member in members}
    notes: list[Text] = []
    able = []
    for member in members:
        if not where[member.name]:
            continue
        why = barred(member) or _apart(member) or _without(service, member)
        if why is not None:
            notes.append(why)
            continue
        able.append(member)
        if member.speaker is None:
            missing.append(SPEAKER.fill(node=member.name))
    ordered = order((each.name for each in able), service.addresses[0], _scores(where, members))
    return Election(
        candidates=tuple(ordered),
        interfaces={each: _interfaces(where[each]) for each in ordered},
        notes=tuple(notes),
        missing=tuple(dict.fromkeys(missing)),
    )


def for_service(advertisements: Sequence[Object], service: Fronted, missing: list[Text]) -> list[Object]:
    """The advertisements whose serviceSelectors let a Service through."""
    if service.labels is None and any(_spec(each).get("serviceSelectors") for each in advertisements):
        missing.append(_LABELS.fill(what=service.name))
        return list(advertisements)
    labels = service.labels or {}
    return [each for each in advertisements if fits(_spec(each).get("serviceSelectors"), labels)]


def on_node(advertisements: Sequence[Object], member: Member, missing: list[Text]) -> list[Object]:
    """The advertisements that select a node."""
    if member.labels is None and any(_spec(each).get("nodeSelectors") for each in advertisements):
        missing.append(_LABELS.fill(what=member.name))
        return list(advertisements)
    labels = member.labels or {}
    return [each for each in advertisements if fits(_spec(each).get("nodeSelectors"), labels)]


def barred(member: Member) -> Text | None:
    """Why a node may announce nothing at all."""
    if member.unavailable:
        return _UNAVAILABLE.fill(node=member.name)
    return _EXCLUDED.fill(node=member.name, label=EXCLUDED) if member.excluded else None


def _apart(member: Member) -> Text | None:
    if not member.counted:
        return NO_SPEAKER.fill(node=member.name)
    return _CUT.fill(node=member.name) if member.cut else None


def _without(service: Fronted, member: Member) -> Text | None:
    if service.local and service.endpoints is not None and member.name not in service.endpoints:
        return NOT_LOCAL.fill(node=member.name)
    return None


def _scores(where: Mapping[str, Sequence[Object]], members: Sequence[Member]) -> dict[str, int]:
    scores: dict[str, int] = {}
    for member in members:
        for each in where[member.name]:
            for preferred in _spec(each).get("preferredNodeSelectors") or ():
                if matches(preferred["preference"], member.labels or {}):
                    scores[member.name] = scores.get(member.name, 0) + preferred["weight"]
    return scores


def _interfaces(advertisements: Sequence[Object]) -> tuple[str, ...]:
    named = [_spec(each).get("interfaces") or () for each in advertisements]
    return tuple(sorted({each for one in named for each in one})) if all(named) else ()


def _spec(each: Object) -> Mapping[str, Any]:
    return each.get("spec") or {}


NO_ENDPOINT = Text(
    "Service {service} has no endpoint that serves, so no node announces its address",
    "서비스 {service}에 응답 가능한 엔드포인트가 없어 어느 노드도 주소를 광고하지 않습니다",
)
NO_ADVERTISEMENT = Text(
    "no advertisement selects Service {service}", "서비스 {service}을(를) 선택하는 광고가 없습니다"
)
NO_SPEAKER = Text("{node} has no ready speaker", "{node}에 준비된 speaker가 없습니다")
NOT_LOCAL = Text(
    "{node} has no endpoint of its own, and externalTrafficPolicy is Local",
    "{node}에 로컬 엔드포인트가 없고 externalTrafficPolicy가 Local입니다",
)
ENDPOINTS = Text(
    "EndpointSlices were not recorded: whether {service} has endpoints, and where",
    "EndpointSlice가 기록되지 않아 {service}의 엔드포인트 유무와 위치를 알 수 없습니다",
)
SPEAKER = Text(
    "whether {node} has a ready speaker: record the pods of MetalLB, or `ss` of the node",
    "{node}에 준비된 speaker가 있는지 알 수 없습니다. MetalLB 파드나 그 노드의 `ss`를 기록하십시오",
)
_SHARED = Text(
    "Service {service} shares its address, which advertisements with serviceSelectors do not allow",
    "서비스 {service}은(는) 주소를 공유하는데 serviceSelectors가 있는 광고는 이를 허용하지 않습니다",
)
_LABELS = Text("the labels of {what} were not recorded", "{what}의 레이블이 기록되지 않았습니다")
_UNAVAILABLE = Text(
    "{node} has the condition NetworkUnavailable", "{node}의 NetworkUnavailable 조건이 True입니다"
)
_EXCLUDED = Text("{node} has the label {label}", "{node}에 {label} 레이블이 있습니다")
_CUT = Text(
    "{node} is cut off: its uplinks are down", "{node}의 업링크가 모두 내려가 다른 speaker와 단절되었습니다"
)
