"""Ports of networks, load balancers and DNS."""

from leadline.base.text import Text
from leadline.explain.topic import Peer, Topic

_EVERY = Text("every node", "모든 노드")
_NODE_ITSELF = Text("the node itself", "노드 자신")
_ALL = Text("every address", "모든 주소")
_LOOPBACK = Text("loopback", "loopback")
_NODES_ONLY = Text("Let it in from the other nodes only.", "다른 노드에서만 들어오게 하십시오.")
_NONE = Text("Nothing to open.", "열 필요가 없습니다.")


def _between_nodes(owner: str, why: Text) -> tuple[Peer, ...]:
    """The peers of a port that every node uses towards every other."""
    return (
        Peer(
            client=Text(f"{owner} on the other nodes", f"다른 노드의 {owner}"),
            server=owner,
            why=why,
            roles=_EVERY,
        ),
    )


topics = (
    Topic(
        kind="port",
        pattern="8472/udp",
        what=Text(
            "VXLAN of Flannel and of Cilium's tunnel: pod traffic between nodes; the socket is the kernel's, without a process",
            "Flannel과 Cilium 터널의 VXLAN. 노드 간 파드 트래픽이며, 커널 소켓이라 프로세스가 없습니다",
        ),
        owner="flannel",
        usual=_ALL,
        peers=_between_nodes("flannel", Text("pod packets, wrapped in UDP", "UDP로 감싼 파드 패킷")),
        advice=Text(
            "Let it in from the other nodes only: VXLAN has neither authentication nor encryption. (4789 is the registered "
            "VXLAN port; Linux' own default is 8472.)",
            "VXLAN에는 인증도 암호화도 없으므로 다른 노드에서만 들어오게 하십시오(등록된 VXLAN 포트는 4789이고 리눅스의 "
            "기본값이 8472입니다).",
        ),
        source="flannel pkg/backend/vxlan/device.go; linux drivers/net/vxlan/vxlan_core.c",
    ),
    Topic(
        kind="port",
        pattern="4789/udp",
        what=Text(
            "VXLAN's registered port: Calico's tunnel, Docker swarm, Antrea",
            "VXLAN의 등록된 포트. Calico 터널, Docker swarm, Antrea",
        ),
        owner="calico",
        usual=_ALL,
        peers=_between_nodes("calico", Text("pod packets, wrapped in UDP", "UDP로 감싼 파드 패킷")),
        advice=_NODES_ONLY,
        source="projectcalico/calico felix/config/config_params.go; RFC 7348",
    ),
    Topic(
        kind="port",
        pattern="8081/tcp",
        what=Text(
            "flanneld's health check where the manifest switches it on (v0.28.9 and later); with kubespray the health check "
            "of the nginx load balancer",
            "매니페스트에서 켠 경우(v0.28.9 이후) flanneld의 헬스 체크. kubespray에서는 nginx 로드 밸런서의 헬스 체크",
        ),
        owner="flannel",
        usual=_ALL,
        peers=(
            Peer(
                client=Text("the kubelet's probes", "kubelet의 프로브"),
                server="flannel",
                why=Text("is it alive and ready", "동작과 준비 상태 확인"),
                roles=_NODE_ITSELF,
            ),
        ),
        advice=_NONE,
        source="flannel Documentation/kube-flannel.yml; kubespray loadbalancer_apiserver_healthcheck_port",
    ),
    Topic(
        kind="port",
        pattern="8285/udp",
        what=Text("Flannel's old tunnel in user space", "Flannel의 이전 사용자 공간 터널"),
        owner="flannel",
        usual=Text("the node's address", "노드 주소"),
        peers=_between_nodes("flannel", Text("pod packets", "파드 패킷")),
        advice=Text("For debugging only: use VXLAN.", "디버깅용이므로 VXLAN을 사용하십시오."),
        source="flannel Documentation/backends.md",
    ),
    Topic(
        kind="port",
        pattern="7946/(tcp|udp)",
        what=Text(
            "membership of MetalLB's speakers (memberlist); Docker swarm uses the same number",
            "MetalLB speaker의 멤버십(memberlist). Docker swarm도 같은 번호를 사용합니다",
        ),
        owner="metallb",
        usual=Text("the node's address", "노드 주소"),
        peers=_between_nodes(
            "metallb",
            Text(
                "which speakers are alive, so that one node answers for an address",
                "어느 speaker가 살아 있는지 확인",
            ),
        ),
        advice=Text(
            "Open tcp and udp between nodes: where it is blocked, two nodes may answer for one address.",
            "노드 사이에 tcp와 udp를 모두 여십시오. 막히면 두 노드가 한 주소에 응답할 수 있습니다.",
        ),
        source="metallb/metallb internal/speakerlist; hashicorp/memberlist",
    ),
    Topic(
        kind="port",
        pattern="179/tcp",
        what=Text("BGP: routes between nodes and to routers", "BGP. 노드 사이와 라우터로의 경로 교환"),
        owner="calico",
        usual=Text("the node's address or every address (BIRD)", "노드 주소 또는 모든 주소(BIRD)"),
        peers=_between_nodes("calico", Text("routes to each node's pods", "각 노드의 파드로 가는 경로")),
        advice=Text(
            "Open it to nodes and to the routers that peer.", "노드와 피어링하는 라우터에만 여십시오."
        ),
        source="projectcalico/calico documentation: system requirements",
    ),
    Topic(
        kind="port",
        pattern="5473/tcp",
        what=Text(
            "Typha: one watch of the apiserver for many felix",
            "Typha. 여러 felix 대신 apiserver를 watch합니다",
        ),
        owner="calico",
        usual=_ALL,
        peers=(
            Peer(
                client=Text("calico-node", "calico-node"),
                server="calico-typha",
                why=Text("policy and endpoint updates", "정책과 엔드포인트 변경 사항"),
                roles=_EVERY,
            ),
        ),
        advice=_NODES_ONLY,
        source="projectcalico/calico typha/pkg/config",
    ),
    Topic(
        kind="port",
        pattern="909[89]/tcp",
        what=Text(
            "Calico's health checks: felix 9099, Typha 9098", "Calico의 헬스 체크. felix 9099, Typha 9098"
        ),
        owner="calico",
        usual=_LOOPBACK,
        advice=_NONE,
        source="projectcalico/calico felix/config/config_params.go, typha/pkg/config",
    ),
    Topic(
        kind="port",
        pattern="4240/tcp",
        what=Text("Cilium's health check between nodes", "Cilium의 노드 간 헬스 체크"),
        owner="cilium",
        usual=_ALL,
        peers=_between_nodes(
            "cilium",
            Text("can the node and its health endpoint be reached", "노드와 헬스 엔드포인트의 도달 여부"),
        ),
        advice=_NODES_ONLY,
        source="cilium Documentation/operations/system_requirements.rst",
    ),
    Topic(
        kind="port",
        pattern="4244/tcp",
        what=Text("Hubble: the agent's flows for the relay", "Hubble. relay에 전달하는 agent의 플로우"),
        owner="cilium",
        usual=_ALL,
        peers=(
            Peer(
                client=Text("hubble-relay", "hubble-relay"),
                server="cilium-agent",
                why=Text("flows of this node", "이 노드의 플로우"),
                roles=_EVERY,
            ),
        ),
        advice=_NODES_ONLY,
        source="cilium Documentation/operations/system_requirements.rst",
    ),
    Topic(
        kind="port",
        pattern="(9878|9879|9890|9891|9234)/tcp",
        what=Text(
            "Cilium's health checks, debugging and operator API", "Cilium의 헬스 체크, 디버깅, operator API"
        ),
        owner="cilium",
        usual=_LOOPBACK,
        advice=_NONE,
        source="cilium Documentation/operations/system_requirements.rst",
    ),
    Topic(
        kind="port",
        pattern="51871/udp",
        what=Text("Cilium's WireGuard between nodes", "Cilium의 노드 간 WireGuard"),
        owner="cilium",
        usual=_ALL,
        peers=_between_nodes("cilium", Text("encrypted pod packets", "암호화된 파드 패킷")),
        advice=_NODES_ONLY,
        source="cilium pkg/wireguard/types",
    ),
    Topic(
        kind="port",
        pattern="5182[01]/udp",
        what=Text(
            "WireGuard: a tunnel by hand, Flannel's wireguard backend or Calico's encryption (51821 for IPv6)",
            "WireGuard. 직접 만든 터널, Flannel의 wireguard 백엔드 또는 Calico의 암호화(51821은 IPv6)",
        ),
        owner="wireguard",
        usual=_ALL,
        peers=_between_nodes("wireguard", Text("encrypted packets", "암호화된 패킷")),
        advice=Text(
            "Open it to the peers; it answers nobody else.", "피어에게 여십시오. 그 밖에는 응답하지 않습니다."
        ),
        source="flannel pkg/backend/wireguard; projectcalico/calico felix/config/config_params.go; wg(8)",
    ),
    Topic(
        kind="port",
        pattern="53/(tcp|udp)",
        what=Text(
            "DNS: on 127.0.0.53 systemd-resolved, on a 169.254 address NodeLocal DNSCache, on a bridge dnsmasq or aardvark-dns; "
            "CoreDNS itself listens in its pod, not on the host",
            "DNS. 127.0.0.53은 systemd-resolved, 169.254 주소는 NodeLocal DNSCache, 브리지 주소는 dnsmasq나 aardvark-dns입니다. "
            "CoreDNS 자체는 호스트가 아니라 파드 안에서 listen합니다",
        ),
        owner="dns",
        usual=Text("loopback, link-local or a bridge's address", "loopback, link-local 또는 브리지 주소"),
        peers=(
            Peer(
                client=Text("pods of the node", "노드의 파드"),
                server="coredns",
                why=Text(
                    "names of services, through the service address of kube-dns or NodeLocal DNSCache",
                    "kube-dns 서비스 주소나 NodeLocal DNSCache를 통한 서비스 이름 조회",
                ),
                roles=_EVERY,
            ),
        ),
        advice=Text("Open it on the host to nobody.", "호스트에서는 열지 마십시오."),
        source="systemd-resolved.service(8); kubernetes/dns cmd/node-cache; dnsmasq(8)",
    ),
    Topic(
        kind="port",
        pattern="(7472|9120|17472)/tcp",
        what=Text(
            "MetalLB's metrics (7472 up to 0.15, 9120 over HTTPS from 0.16) and health check (17472)",
            "MetalLB의 메트릭(0.15까지 7472, 0.16부터 HTTPS 9120)과 헬스 체크(17472)",
        ),
        owner="metallb",
        usual=Text("every address; 17472 on loopback", "모든 주소(17472는 loopback)"),
        advice=Text("Open the metrics to the monitoring only.", "메트릭은 모니터링 호스트에만 여십시오."),
        source="metallb/metallb config/manifests/metallb-native.yaml",
    ),
    Topic(
        kind="port",
        pattern="2049/tcp",
        what=Text("NFS server of the kernel, without a process", "커널의 NFS 서버(프로세스가 없음)"),
        owner="nfs",
        usual=_ALL,
        advice=Text("Open it to the clients of its exports.", "공유를 쓰는 클라이언트에만 여십시오."),
        source="linux fs/nfsd/nfssvc.c; nfsd(7)",
    ),
    Topic(
        kind="port",
        pattern="111/(tcp|udp)",
        what=Text(
            "rpcbind: the directory of RPC services, for NFS version 3",
            "rpcbind. NFS 버전 3 등이 쓰는 RPC 서비스 목록",
        ),
        owner="rpcbind",
        usual=_ALL,
        advice=Text(
            "Not Kubernetes: never open it to the internet.",
            "쿠버네티스와 무관합니다. 인터넷에는 절대 열지 마십시오.",
        ),
        source="rpcbind(8)",
    ),
)
