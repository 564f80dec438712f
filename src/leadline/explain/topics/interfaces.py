"""Network interfaces by name. The name is a hint; whose an interface is, its master, kind and neighbours tell."""

from leadline.base.text import Text
from leadline.explain.topic import Topic

_FLANNEL = "flannel pkg/backend"
_PLUGINS = "containernetworking/plugins plugins/main/bridge/bridge.go"


def _interface(
    pattern: str,
    owner: str,
    role: Text,
    what: Text,
    source: str,
    advice: Text | None = None,
    *,
    general: bool = False,
) -> Topic:
    return Topic(
        kind="interface",
        pattern=pattern,
        owner=owner,
        role=role,
        what=what,
        source=source,
        advice=advice,
        general=general,
    )


topics = (
    _interface(
        r"flannel\.\d+|flannel-v6\.\d+",
        "flannel",
        Text("VXLAN tunnel", "VXLAN 터널"),
        Text(
            "flannel's VXLAN tunnel, the way to the pods of other nodes. Its address is the node's pod subnet itself "
            "(/32), its MTU the uplink's less 50 bytes; it does not learn, flannel enters every other node.",
            "flannel의 VXLAN 터널로, 다른 노드의 파드로 가는 길입니다. 주소는 노드의 파드 서브넷 자체(/32)이고 MTU는 "
            "업링크보다 50바이트 작습니다. 스스로 학습하지 않으며 flannel이 다른 노드를 모두 넣어 줍니다.",
        ),
        f"{_FLANNEL}/vxlan/device.go",
        Text(
            "Open 8472/udp between nodes and to nobody else: it is neither encrypted nor authenticated. Large transfers "
            "that hang while ping works point to its MTU.",
            "8472/udp는 노드 사이에만 여십시오. 암호화도 인증도 없습니다. ping은 되는데 큰 전송이 멈추면 MTU를 의심하십시오.",
        ),
    ),
    _interface(
        r"flannel-wg(-v6)?",
        "flannel",
        Text("WireGuard tunnel", "WireGuard 터널"),
        Text(
            "flannel's WireGuard tunnel (51820/udp, 51821/udp for IPv6): encrypted, MTU the uplink's less 80.",
            "flannel의 WireGuard 터널입니다(51820/udp, IPv6는 51821/udp). 암호화되며 MTU는 업링크보다 80 작습니다.",
        ),
        f"{_FLANNEL}/wireguard/device.go",
    ),
    _interface(
        "cni0",
        "cni",
        Text("bridge of the pods", "파드 브리지"),
        Text(
            "The pods' bridge: each pod of the node hangs on it by a veth, and its address (the subnet's .1) is their "
            "default gateway. Made with the first pod; DOWN while there is none.",
            "파드의 브리지입니다. 노드의 파드가 모두 veth로 여기에 연결되고, 주소(서브넷의 .1)가 파드의 기본 게이트웨이입니다. "
            "첫 파드와 함께 생기고 파드가 없으면 DOWN입니다.",
        ),
        _PLUGINS,
        Text(
            "`kubeadm reset` leaves it. With an old subnet's address no pod starts: `ip link delete cni0`, it is made again.",
            "`kubeadm reset`을 해도 남습니다. 예전 서브넷 주소가 남아 파드가 뜨지 않으면 `ip link delete cni0`로 지우십시오. "
            "다시 만들어집니다.",
        ),
    ),
    _interface(
        r"veth[0-9a-f]{8}",
        "",
        Text("host end of a veth pair", "veth 쌍의 호스트 쪽"),
        Text(
            "The host's end of one container's veth pair; the other end is its eth0. Its master tells whose: cni0 a pod's, "
            "lxdbr0 LXD's, cni-podman0 Podman's. `@if2` is the index inside, "
            "link-netns names the pod's network namespace.",
            "컨테이너 하나의 veth 쌍 중 호스트 쪽 끝이며 반대쪽은 컨테이너의 eth0입니다. 누구의 것인지는 master가 알려 "
            "줍니다. cni0는 파드, lxdbr0는 LXD, cni-podman0는 Podman입니다. `@if2`는 안쪽의 인덱스, "
            "link-netns는 파드의 네트워크 네임스페이스입니다.",
        ),
        "containernetworking/plugins pkg/ip/link_linux.go",
    ),
    _interface(
        r"veth[0-9a-f]{7}",
        "docker",
        Text("host end of a veth pair", "veth 쌍의 호스트 쪽"),
        Text(
            "The host's end of a Docker container's veth pair (master docker0 or br-…).",
            "Docker 컨테이너의 veth 쌍 중 호스트 쪽 끝입니다(master는 docker0 또는 br-…).",
        ),
        "moby libnetwork/drivers/bridge/bridge_linux.go",
    ),
    _interface(
        "veth[^@:]*",
        "",
        Text("veth, one end of a pair", "veth 쌍의 한쪽"),
        Text(
            "One end of a veth pair, a cable between two network namespaces. The host's end is named anew with every "
            "container: by CNI plugins veth and eight hexadecimal digits, by Docker seven.",
            "veth 쌍의 한쪽 끝으로, 두 네트워크 네임스페이스를 케이블처럼 잇습니다. 호스트 쪽 끝의 이름은 컨테이너마다 새로 "
            "정해지며, CNI 플러그인은 veth 뒤에 16진수 8자리를, Docker는 7자리를 붙입니다.",
        ),
        "veth(4); containernetworking/plugins pkg/ip/link_linux.go",
        general=True,
    ),
    _interface(
        "kube-ipvs0",
        "kube-proxy",
        Text("service addresses (ipvs)", "서비스 주소(ipvs)"),
        Text(
            "In IPVS mode every service address lies on this dummy device, so that the kernel takes packets for them; "
            "it is DOWN on purpose.",
            "IPVS 모드에서 모든 서비스 주소를 올려 두는 dummy 장치로, 커널이 그 패킷을 받게 합니다. DOWN이 정상입니다.",
        ),
        "kubernetes pkg/proxy/ipvs/proxier.go",
        Text(
            "MetalLB in layer 2 mode needs `strictARP: true`.",
            "MetalLB L2 모드에서는 `strictARP: true`가 필요합니다.",
        ),
    ),
    _interface(
        "nodelocaldns",
        "nodelocaldns",
        Text("node-local DNS", "노드 로컬 DNS"),
        Text(
            "Holds the address that pods of this node ask for names: 169.254.20.10, with kubespray 169.254.25.10.",
            "이 노드의 파드가 이름을 묻는 주소를 가진 장치입니다. 169.254.20.10, kubespray는 169.254.25.10입니다.",
        ),
        "kubernetes/dns pkg/netif/netif.go",
    ),
    _interface(
        r"kube-bridge|kube-dummy-if",
        "kube-router",
        Text("kube-router's bridge", "kube-router 브리지"),
        Text(
            "kube-router's pod bridge, and the device of service addresses.",
            "kube-router의 파드 브리지와 서비스 주소 장치입니다.",
        ),
        "cloudnativelabs/kube-router pkg/controllers",
    ),
    _interface(
        r"cali[0-9a-f]{11}",
        "calico",
        Text("host end of a pod's veth pair", "파드 veth 쌍의 호스트 쪽"),
        Text(
            "The host's end of one pod's veth pair under Calico: no address, always the MAC ee:ee:ee:ee:ee:ee; the node "
            "answers ARP for 169.254.1.1 and routes the pod by a /32.",
            "Calico에서 파드 하나의 호스트 쪽 끝입니다. 주소가 없고 MAC은 항상 ee:ee:ee:ee:ee:ee이며, 노드가 169.254.1.1의 "
            "ARP에 대신 응답하고 파드를 /32로 라우팅합니다.",
        ),
        "projectcalico/calico cni-plugin/pkg/dataplane/linux",
    ),
    _interface(
        r"vxlan(-v6)?\.calico|wireguard\.cali|wg-v6\.cali|bpf(in|out)\.cali",
        "calico",
        Text("Calico's tunnel", "Calico 터널"),
        Text(
            "Calico between nodes: VXLAN (4789/udp, VNI 4096), WireGuard (51820/udp), or its BPF pair.",
            "Calico의 노드 간 장치입니다. VXLAN(4789/udp, VNI 4096), WireGuard(51820/udp) 또는 BPF용 쌍입니다.",
        ),
        "projectcalico/calico felix/dataplane/linux/dataplanedefs",
    ),
    _interface(
        "tunl0",
        "kernel",
        Text("IPIP tunnel", "IPIP 터널"),
        Text(
            "The IPIP module's own device. Empty it is nothing; with a /32 address it is Calico's tunnel (IP protocol 4).",
            "ipip 모듈이 만드는 장치입니다. 주소가 없으면 아무 일도 하지 않고, /32 주소가 있으면 Calico의 터널(IP 프로토콜 "
            "4)입니다.",
        ),
        "linux net/ipv4/ipip.c; projectcalico/calico felix/dataplane/linux/ipip_mgr.go",
    ),
    _interface(
        r"sit0|ip6tnl0|gre0|gretap0|erspan0|ip6gre0|ip_vti0|ip6_vti0",
        "kernel",
        Text("fallback tunnel device", "기본 터널 장치"),
        Text(
            "A tunnel module's fallback device, made with the module; it has no address and carries nothing.",
            "터널 모듈이 올라올 때 함께 생기는 기본 장치로, 주소도 트래픽도 없습니다.",
        ),
        "linux net/ipv4/ip_tunnel.c",
    ),
    _interface(
        r"lxc[0-9a-f]{12}|lxc_health",
        "cilium",
        Text("host end of a pod's veth pair", "파드 veth 쌍의 호스트 쪽"),
        Text(
            "The host's end of one pod's veth pair under Cilium (lxc_health: its own health endpoint).",
            "Cilium에서 파드 하나의 호스트 쪽 끝입니다(lxc_health는 Cilium의 상태 확인용).",
        ),
        "cilium/cilium pkg/datapath/connector",
    ),
    _interface(
        r"cilium_(host|net)",
        "cilium",
        Text("the host's place in Cilium", "Cilium의 호스트 쪽 장치"),
        Text(
            "Cilium's own veth pair in the host: where host and pod network meet; cilium_host bears the node's pod address.",
            "호스트에 있는 Cilium 자신의 veth 쌍으로, 호스트와 파드 네트워크가 만나는 곳입니다. cilium_host가 노드의 파드 "
            "주소를 가집니다.",
        ),
        "cilium/cilium pkg/datapath/loader/base.go",
    ),
    _interface(
        r"cilium_(vxlan|geneve|wg0)",
        "cilium",
        Text("Cilium's tunnel", "Cilium 터널"),
        Text(
            "Cilium's way to other nodes: VXLAN on 8472/udp (the same port as flannel), Geneve 6081/udp, WireGuard 51871/udp.",
            "Cilium이 다른 노드로 가는 길입니다. VXLAN 8472/udp(flannel과 같은 포트), Geneve 6081/udp, WireGuard "
            "51871/udp입니다.",
        ),
        "cilium/cilium pkg/datapath/tunnel",
    ),
    _interface(
        "docker0",
        "docker",
        Text("Docker's default bridge", "Docker 기본 브리지"),
        Text(
            "Docker's default bridge (172.17.0.1/16): containers without `--network` hang on it. DOWN without any.",
            "Docker의 기본 브리지(172.17.0.1/16)로, `--network` 없이 실행한 컨테이너가 연결됩니다. 없으면 DOWN입니다.",
        ),
        "moby libnetwork/drivers/bridge",
        Text(
            "Kubernetes does not use it. Docker sets the FORWARD policy to DROP, which can cut pod traffic.",
            "Kubernetes는 쓰지 않습니다. Docker가 FORWARD 정책을 DROP으로 바꾸어 파드 통신이 막힐 수 있습니다.",
        ),
    ),
    _interface(
        r"br-[0-9a-f]{12}|docker_gwbridge",
        "docker",
        Text("Docker network's bridge", "Docker 네트워크 브리지"),
        Text(
            "The bridge of a Docker network (`docker network create`, Compose); the digits are the network's id.",
            "Docker 네트워크의 브리지입니다(`docker network create`, Compose). 16진수는 네트워크 id입니다.",
        ),
        "moby libnetwork/drivers/bridge/bridge_linux.go",
    ),
    _interface(
        r"(cni-)?podman\d+",
        "podman",
        Text("Podman network's bridge", "Podman 네트워크 브리지"),
        Text(
            "Podman's bridge (10.88.0.1/16 for the default network).",
            "Podman의 브리지입니다(기본 네트워크는 10.88.0.1/16).",
        ),
        "containers/netavark src/network/bridge.rs",
    ),
    _interface(
        r"virbr\d+|vnet\d+",
        "libvirt",
        Text("libvirt's network", "libvirt 네트워크"),
        Text(
            "virbr…: the bridge of a libvirt network (default 192.168.122.1/24); vnet…: one running virtual machine.",
            "virbr…는 libvirt 네트워크의 브리지(기본 192.168.122.1/24), vnet…은 실행 중인 가상 머신입니다.",
        ),
        "libvirt src/network/bridge_driver.c",
    ),
    _interface(
        r"wg\d+|tailscale0|wt0",
        "",
        Text("VPN tunnel", "VPN 터널"),
        Text(
            "A VPN of this host, not of the cluster: WireGuard by hand (wg…), Tailscale or NetBird.",
            "클러스터가 아니라 이 호스트의 VPN입니다. 직접 설정한 WireGuard(wg…), Tailscale 또는 NetBird입니다.",
        ),
        "wireguard-tools src/wg-quick/linux.bash",
    ),
    _interface(
        r"lxdbr\d+|incusbr\d+|lxcbr\d+",
        "lxd",
        Text("LXD's bridge", "LXD 브리지"),
        Text(
            "The bridge of system containers; not Cilium's, in spite of `lxc`.",
            "시스템 컨테이너의 브리지입니다. 이름이 `lxc`로 시작해도 Cilium이 아닙니다.",
        ),
        "canonical/lxd lxd/network/driver_bridge.go",
    ),
    _interface(
        "lo",
        "kernel",
        Text("loopback", "루프백"),
        Text(
            "Loopback: what listens on 127.0.0.1 or ::1 is reachable from this host alone.",
            "루프백입니다. 127.0.0.1이나 ::1에서 대기하는 것은 이 호스트에서만 접속할 수 있습니다.",
        ),
        "linux drivers/net/loopback.c",
    ),
)
