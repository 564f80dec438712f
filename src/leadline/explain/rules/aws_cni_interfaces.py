"""The pods' ends of the Amazon VPC CNI."""

import re

from leadline.base.text import Text
from leadline.explain.links import coming_or_going, line
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.explain.witness import first
from leadline.snapshot.diff import Change

POD = re.compile(r"eni[0-9a-f]{11}")


def match(change: Change, pair: Pair) -> Match | None:
    if not coming_or_going(change) or not POD.fullmatch(change.key):
        return None
    side = pair.side(change)
    author = first(
        side.process("aws-k8s-agent"),
        side.container("aws-node", "aws-eks-nodeagent"),
        side.chains("AWS-SNAT-CHAIN-"),
    )
    if author:
        return Match(author)
    if not (change.entry.peer_netns or "").startswith("cni-"):
        return None
    return Match(
        (side.saw("ip_addr", f"{line(change.key, change.entry)} link-netns {change.entry.peer_netns}"),),
        "likely",
    )


rule = Rule(
    name="aws-cni-interfaces",
    facts=("ip_addr",),
    component="aws-cni",
    class_="config",
    why=Text(
        "The host's end of one pod's veth pair under the Amazon VPC CNI: the pod has an address of the VPC itself, reached "
        "by a /32 route; the name is a hash of the pod's.",
        "Amazon VPC CNI에서 파드 하나의 호스트 쪽 끝입니다. 파드는 VPC의 주소를 직접 가지며 /32 라우트로 도달합니다. 이름은 "
        "파드 이름의 해시입니다.",
    ),
    since="amazon-vpc-cni-k8s 1.0",
    source="aws/amazon-vpc-cni-k8s cmd/routed-eni-cni-plugin/driver/driver.go, pkg/networkutils/names.go",
    group=Text("pod interfaces", "파드 인터페이스"),
    match=match,
)
