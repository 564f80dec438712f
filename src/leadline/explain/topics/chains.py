"""Firewall chains by name."""

from leadline.base.text import Text
from leadline.explain.topic import Topic

_PROXY = "kubernetes pkg/proxy/iptables/proxier.go"

topics = (
    Topic(
        kind="chain",
        pattern="KUBE-SERVICES",
        owner="kube-proxy",
        what=Text(
            "Entered from PREROUTING and OUTPUT (nat) for every new connection: finds the service by address and "
            "port and goes on to its KUBE-SVC- chain; in filter it rejects services without endpoints.",
            "nat의 PREROUTING과 OUTPUT에서 새 연결마다 거칩니다. 주소와 포트로 서비스를 찾아 KUBE-SVC- 체인으로 보내며, "
            "filter에서는 엔드포인트가 없는 서비스를 거부합니다.",
        ),
        source=_PROXY,
    ),
    Topic(
        kind="chain",
        pattern=r"KUBE-(SVC|SVL)-.+",
        owner="kube-proxy",
        what=Text(
            "One service port (SVL: only endpoints on this node). Marks traffic from outside the pod network for "
            "masquerade, then chooses an endpoint: `statistic` rules with 1/n, 1/(n-1) … make all equally likely. "
            "The name is a hash of namespace/service:port and protocol, the same on every node.",
            "서비스 포트 하나에 해당합니다(SVL은 이 노드의 엔드포인트만). 파드 네트워크 밖에서 온 트래픽에 마스커레이드 "
            "마크를 붙이고 엔드포인트를 고릅니다. `statistic` 규칙의 1/n, 1/(n-1) … 확률로 모두 고르게 선택됩니다. 이름은 "
            "네임스페이스/서비스:포트와 프로토콜의 해시라 모든 노드에서 같습니다.",
        ),
        source=_PROXY + ", pkg/proxy/util/utils.go",
    ),
    Topic(
        kind="chain",
        pattern=r"KUBE-SEP-.+",
        owner="kube-proxy",
        what=Text(
            "One endpoint of a service: marks a pod that reaches itself (hairpin) for masquerade, then rewrites "
            "the destination to the pod (DNAT).",
            "서비스의 엔드포인트 하나입니다. 자기 자신에게 접속하는 파드(hairpin)에 마스커레이드 마크를 붙이고 목적지를 "
            "파드로 바꿉니다(DNAT).",
        ),
        source=_PROXY,
    ),
    Topic(
        kind="chain",
        pattern=r"KUBE-EXT-.+",
        owner="kube-proxy",
        what=Text(
            "What reaches a service from outside by NodePort, load balancer or external address: masquerades it "
            "(policy Cluster) or keeps the client's address and uses local endpoints only (policy Local).",
            "NodePort, 로드 밸런서, 외부 IP로 들어온 트래픽입니다. Cluster 정책이면 마스커레이드하고, Local 정책이면 "
            "클라이언트 주소를 유지하며 로컬 엔드포인트만 사용합니다.",
        ),
        source=_PROXY,
    ),
    Topic(
        kind="chain",
        pattern=r"KUBE-FW-.+|KUBE-PROXY-FIREWALL",
        owner="kube-proxy",
        what=Text(
            "Load balancer source ranges: lets the allowed clients of a service in and drops others.",
            "로드 밸런서의 소스 범위(loadBalancerSourceRanges)입니다. 허용된 클라이언트만 받고 나머지는 버립니다.",
        ),
        source=_PROXY,
    ),
    Topic(
        kind="chain",
        pattern="KUBE-NODEPORTS|KUBE-NODE-PORT",
        owner="kube-proxy",
        what=Text(
            "Node ports: KUBE-NODEPORTS in iptables mode (nat: to the service, filter: health check ports), "
            "KUBE-NODE-PORT in ipvs mode. It is the last rule of KUBE-SERVICES, for every local address.",
            "NodePort입니다. iptables 모드에서는 KUBE-NODEPORTS(nat은 서비스로, filter는 헬스 체크 포트), ipvs 모드에서는 "
            "KUBE-NODE-PORT입니다. KUBE-SERVICES의 마지막 규칙으로, 모든 로컬 주소에 적용됩니다.",
        ),
        source=_PROXY,
    ),
    Topic(
        kind="chain",
        pattern="KUBE-(POSTROUTING|MARK-MASQ)",
        owner="kube-proxy",
        what=Text(
            "KUBE-MARK-MASQ sets mark 0x4000; KUBE-POSTROUTING masquerades what carries it and clears it.",
            "KUBE-MARK-MASQ가 0x4000 마크를 붙이고, KUBE-POSTROUTING이 그 패킷을 마스커레이드한 뒤 마크를 지웁니다.",
        ),
        source=_PROXY,
    ),
    Topic(
        kind="chain",
        pattern="KUBE-FORWARD|KUBE-EXTERNAL-SERVICES",
        owner="kube-proxy",
        what=Text(
            "KUBE-FORWARD drops INVALID packets and accepts marked and established ones; "
            "KUBE-EXTERNAL-SERVICES refuses external addresses of services without usable endpoints.",
            "KUBE-FORWARD는 INVALID 패킷을 버리고 마크가 붙었거나 연결된 패킷을 허용합니다. KUBE-EXTERNAL-SERVICES는 쓸 수 "
            "있는 엔드포인트가 없는 서비스의 외부 주소를 거부합니다.",
        ),
        source=_PROXY,
    ),
    Topic(
        kind="chain",
        pattern="KUBE-(KUBELET|PROXY)-CANARY|KUBE-IPTABLES-HINT",
        owner="kubelet, kube-proxy",
        what=Text(
            "Empty on purpose. A canary that is gone tells its owner that somebody flushed the rules; the hint "
            "tells other programs whether this host uses legacy or nft iptables.",
            "일부러 비워 둔 체인입니다. canary가 사라지면 규칙이 flush되었음을 알 수 있고, hint는 이 호스트가 legacy와 nft 중 "
            "어느 iptables를 쓰는지 알려 줍니다.",
        ),
        source="kubernetes pkg/kubelet/kubelet_network_linux.go, pkg/util/iptables/monitor.go",
    ),
    Topic(
        kind="chain",
        pattern="KUBE-FIREWALL",
        owner="kubelet, kube-proxy",
        what=Text(
            "Drops packets to 127/8 that do not come from 127/8, unless they belong to a connection that was "
            "rewritten here: it closes what route_localnet opens (CVE-2020-8558).",
            "127/8에서 오지 않은 127/8행 패킷을 버립니다(이 노드에서 주소가 바뀐 연결은 제외). route_localnet이 여는 구멍을 "
            "막습니다(CVE-2020-8558).",
        ),
        source="kubernetes pkg/kubelet/kubelet_network_linux.go",
    ),
    Topic(
        kind="chain",
        pattern="FLANNEL-(FWD|POSTRTG)",
        owner="flannel",
        what=Text(
            "FLANNEL-FWD accepts forwarding from and to the pod network; FLANNEL-POSTRTG masquerades what pods "
            "send outside the cluster and leaves pod-to-pod traffic with its own address.",
            "FLANNEL-FWD는 파드 네트워크의 포워딩을 허용하고, FLANNEL-POSTRTG는 파드가 클러스터 밖으로 보내는 트래픽을 "
            "마스커레이드하며 파드 간 트래픽의 주소는 그대로 둡니다.",
        ),
        source="flannel pkg/trafficmngr/iptables/iptables.go",
    ),
    Topic(
        kind="chain",
        pattern="CNI-HOSTPORT-(DNAT|SETMARK|MASQ)|CNI-DN-.+",
        owner="portmap",
        what=Text(
            "hostPort: CNI-HOSTPORT-DNAT finds the pod's CNI-DN- chain by port, which rewrites the destination; "
            "mark 0x2000 marks what must be masqueraded. A firewalld reload removes them for good.",
            "hostPort입니다. CNI-HOSTPORT-DNAT이 포트로 파드의 CNI-DN- 체인을 찾아 목적지를 바꾸고, 마스커레이드할 패킷에는 "
            "0x2000 마크를 붙입니다. firewalld를 reload하면 사라지고 복구되지 않습니다.",
        ),
        source="containernetworking/plugins plugins/meta/portmap/portmap_iptables.go",
    ),
    Topic(
        kind="chain",
        pattern=r"cali-.*",
        owner="calico",
        what=Text(
            "Network policy and masquerade written by Calico's felix.",
            "Calico felix가 쓴 네트워크 정책과 마스커레이드입니다.",
        ),
        source="projectcalico/calico felix/rules/rule_defs.go",
    ),
    Topic(
        kind="chain",
        pattern=r"(OLD_)?CILIUM_.*",
        owner="cilium",
        what=Text(
            "The Cilium agent's few rules; most of Cilium's packet path is in BPF and not seen in iptables.",
            "Cilium 에이전트의 규칙 일부입니다. Cilium의 패킷 경로 대부분은 BPF에 있어 iptables에는 보이지 않습니다.",
        ),
        source="cilium pkg/datapath/iptables/iptables.go",
    ),
    Topic(
        kind="chain",
        pattern=r"KUBE-(ROUTER|NWPLCY|POD-FW)-.*",
        owner="kube-router",
        what=Text(
            "Network policy by kube-router, which k3s and RKE2 carry inside.",
            "kube-router의 네트워크 정책으로, k3s와 RKE2에 내장되어 있습니다.",
        ),
        source="cloudnativelabs/kube-router pkg/controllers/netpol",
    ),
    Topic(
        kind="chain",
        pattern=r"DOCKER(-.*)?",
        owner="docker",
        what=Text(
            "Docker's forwarding, isolation and port mapping; DOCKER-USER is the place for one's own rules.",
            "Docker의 포워딩, 격리, 포트 매핑입니다. 직접 쓰는 규칙은 DOCKER-USER에 둡니다.",
        ),
        source="moby daemon/libnetwork/drivers/bridge/setup_ip_tables_linux.go",
    ),
)
