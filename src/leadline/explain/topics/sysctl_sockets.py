"""Sockets, TCP and ports."""

from leadline.base.text import Text
from leadline.explain.topic import Topic

_IP = "linux Documentation/networking/ip-sysctl.rst"
_CORE = "linux Documentation/admin-guide/sysctl/net.rst"
_OFF = Text("off", "꺼짐")
_ON = Text("on", "켜짐")

topics = (
    Topic(
        kind="sysctl",
        pattern=r"net\.ipv4\.ip_local_port_range",
        what=Text(
            "The ports that outgoing connections take for themselves.",
            "나가는 연결이 스스로 사용하는 포트 범위입니다.",
        ),
        values={
            "32768\t60999": Text(
                "the kernel's default: clear of NodePorts 30000-32767",
                "커널 기본값. NodePort 30000-32767과 겹치지 않습니다",
            )
        },
        owner="administrator, tuned (oracle)",
        advice=Text(
            "A wider range must not take in the NodePorts (30000-32767) and the components' ports, or reserve those in ip_local_reserved_ports.",
            "범위를 넓힐 때 NodePort(30000-32767)와 컴포넌트의 포트가 포함되지 않게 하거나 ip_local_reserved_ports로 제외하십시오.",
        ),
        source=_IP,
    ),
    Topic(
        kind="sysctl",
        pattern=r"net\.ipv4\.ip_local_reserved_ports",
        what=Text(
            "Ports that outgoing connections must not take.",
            "나가는 연결이 사용하지 못하게 제외한 포트입니다.",
        ),
        values={
            "": Text("none", "없음"),
            "30000-32767": Text("the NodePorts (kubespray)", "NodePort 범위(kubespray)"),
        },
        owner="kubespray (30000-32767)",
        advice=Text(
            "Programs can still bind these ports explicitly.",
            "프로그램이 명시적으로 바인딩하는 것은 막지 않습니다.",
        ),
        source=f"{_IP}; kubespray roles/kubernetes/node/tasks/main.yml",
    ),
    Topic(
        kind="sysctl",
        pattern=r"net\.ipv4\.(ip_unprivileged_port_start|ping_group_range)",
        what=Text(
            "What users without privileges may do: bind low ports, or send pings.",
            "권한 없는 사용자가 낮은 포트를 바인딩하거나 ping을 보낼 수 있는지 정합니다.",
        ),
        values={
            "0": Text("every port", "모든 포트"),
            "1024": Text("ports from 1024 on", "1024 이상의 포트"),
            "0\t2147483647": Text("everybody may ping", "모두 ping 가능"),
            "1\t0": Text("nobody may ping", "아무도 ping 불가"),
        },
        owner="distribution; containerd 2.x sets it inside pods",
        source=_IP,
    ),
    Topic(
        kind="sysctl",
        pattern=r"net\.core\.somaxconn|net\.ipv4\.tcp_max_syn_backlog",
        what=Text(
            "How many new connections may wait for a listening program.",
            "수신 대기 중인 프로그램에 쌓일 수 있는 새 연결 수입니다.",
        ),
        values={
            "128": Text("default before Linux 5.4", "리눅스 5.4 이전 기본값"),
            "4096": Text("default since Linux 5.4", "리눅스 5.4부터 기본값"),
        },
        owner="administrator, tuned",
        advice=Text(
            "Each pod has its own somaxconn: the node's value does not reach it, set it in the pod.",
            "somaxconn은 파드마다 따로 있으며 노드의 값이 적용되지 않으므로 파드에서 설정하십시오.",
        ),
        source=_CORE,
    ),
    Topic(
        kind="sysctl",
        pattern=r"net\.core\.(netdev_max_backlog|netdev_budget\w*|dev_weight\w*|busy_poll|busy_read|flow_limit_\w+)",
        what=Text(
            "How many received packets wait for, or are taken at once by, the kernel.",
            "수신 패킷이 대기하거나 한 번에 처리되는 수를 정합니다.",
        ),
        values={
            "0": _OFF,
            "1000": Text("default of netdev_max_backlog", "netdev_max_backlog의 기본값"),
            "50": Text("tuned network-latency", "tuned network-latency"),
        },
        owner="administrator, tuned",
        source=_CORE,
    ),
    Topic(
        kind="sysctl",
        pattern=r"net\.core\.(r|w)mem_(max|default)|net\.ipv4\.(tcp|udp)_(r|w)?mem(_min)?|net\.core\.optmem_max",
        what=Text(
            "Memory for the buffers of sockets, or of a whole protocol.",
            "소켓 버퍼 또는 프로토콜 전체가 쓰는 메모리입니다.",
        ),
        owner="kernel (tcp_mem and udp_mem from the memory size), administrator, tuned",
        advice=Text(
            "tcp_mem and udp_mem are pages for the whole machine, pods together.",
            "tcp_mem과 udp_mem은 파드를 포함한 머신 전체의 페이지 수입니다.",
        ),
        source=_IP,
    ),
    Topic(
        kind="sysctl",
        pattern=r"net\.core\.default_qdisc",
        what=Text("The queue that a new interface gets.", "새 인터페이스에 적용되는 큐 방식입니다."),
        values={
            "pfifo_fast": Text("plain queue (kernel default)", "단순 큐(커널 기본값)"),
            "fq_codel": Text("fair, short queues (systemd)", "공정하고 짧은 큐(systemd)"),
            "fq": Text("paced by flow, for bbr", "흐름별 페이싱(bbr용)"),
        },
        owner="systemd's file (fq_codel), Cilium's bandwidth manager (fq)",
        source=_CORE,
    ),
    Topic(
        kind="sysctl",
        pattern=r"net\.ipv4\.tcp_congestion_control",
        what=Text("How TCP adapts its speed.", "TCP가 속도를 조절하는 알고리즘입니다."),
        values={
            "cubic": Text("the kernel's default", "커널 기본값"),
            "bbr": Text("paced by measured bandwidth", "측정한 대역폭에 맞춰 전송"),
        },
        owner="administrator",
        source=_IP,
    ),
    Topic(
        kind="sysctl",
        pattern=r"net\.ipv4\.tcp_(available|allowed)_(congestion_control|ulp)|net\.ipv4\.tcp_available_ulp",
        what=Text(
            "What TCP can use at the moment; the list grows as modules are loaded.",
            "현재 TCP가 사용할 수 있는 목록으로, 모듈이 올라오면 늘어납니다.",
        ),
        owner="kernel",
        source=_IP,
    ),
    Topic(
        kind="sysctl",
        pattern=r"net\.ipv4\.tcp_syncookies",
        what=Text(
            "Whether a flood of connection requests is answered with cookies.",
            "연결 요청 폭주에 SYN cookie로 응답할지 정합니다.",
        ),
        values={
            "0": _OFF,
            "1": Text("when the queue is full", "큐가 가득 찼을 때"),
            "2": Text("always", "항상"),
        },
        owner="kernel (1), distribution, ufw",
        source=_IP,
    ),
    Topic(
        kind="sysctl",
        pattern=r"net\.ipv4\.tcp_tw_reuse",
        what=Text(
            "Whether an outgoing connection may reuse a port that is in TIME-WAIT.",
            "나가는 연결이 TIME-WAIT 상태의 포트를 재사용할 수 있는지 정합니다.",
        ),
        values={
            "0": Text("never", "사용 안 함"),
            "1": Text("everywhere", "모든 연결"),
            "2": Text("on loopback only (default)", "루프백만(기본값)"),
        },
        owner="administrator",
        source=_IP,
    ),
    Topic(
        kind="sysctl",
        pattern=r"net\.ipv4\.tcp_(keepalive_(time|intvl|probes)|fin_timeout|retries[12]|syn_retries|synack_retries|orphan_retries|user_timeout)",
        what=Text(
            "A time or number of attempts before TCP gives up or frees a connection.",
            "TCP가 연결을 포기하거나 정리하기까지의 시간 또는 시도 횟수입니다.",
        ),
        owner="administrator",
        advice=Text(
            "Each pod has its own; a node's value does not reach it.",
            "파드마다 따로 있으며 노드의 값이 적용되지 않습니다.",
        ),
        source=_IP,
    ),
    Topic(
        kind="sysctl",
        pattern=r"net\.ipv4\.tcp_(fastopen|slow_start_after_idle|window_scaling|timestamps|sack|mtu_probing|max_tw_buckets|max_orphans|notsent_lowat)",
        what=Text("A setting of TCP.", "TCP의 설정입니다."),
        values={"0": _OFF, "1": _ON},
        owner="administrator, tuned",
        source=_IP,
    ),
    Topic(
        kind="sysctl",
        pattern=r"net\.ipv4\.(icmp_\w+|igmp_\w+)",
        what=Text(
            "How the host answers ICMP or multicast requests.",
            "ICMP나 멀티캐스트 요청에 응답하는 방식입니다.",
        ),
        values={"0": _OFF, "1": _ON},
        owner="hardening scripts, ufw",
        source=_IP,
    ),
    Topic(
        kind="sysctl",
        pattern=r"net\.core\.bpf_jit_(enable|harden|kallsyms|limit)",
        what=Text("The compiler for BPF programs.", "BPF 프로그램 컴파일러(JIT)의 설정입니다."),
        values={
            "0": _OFF,
            "1": _ON,
            "2": Text("on, with debugging or full hardening", "켜짐(디버그 또는 전체 강화)"),
        },
        owner="kernel, Cilium (enable 1), Calico in eBPF mode (harden 1)",
        source=_CORE,
    ),
    Topic(
        kind="sysctl",
        pattern=r"net\.core\.(devconf_inherit_init_net|fb_tunnels_only_for_init_net)",
        what=Text(
            "What a new network namespace (a pod) inherits from the host.",
            "새 네트워크 네임스페이스(파드)가 호스트에서 물려받는 것을 정합니다.",
        ),
        values={
            "0": Text("IPv4 settings of the host, IPv6 defaults", "IPv4는 호스트의 값, IPv6는 기본값"),
            "1": Text(
                "the host's settings; no fallback tunnels in pods",
                "호스트의 값. 파드에 기본 터널을 만들지 않음",
            ),
            "2": Text(
                "kernel defaults; no fallback tunnels at all", "커널 기본값. 기본 터널을 전혀 만들지 않음"
            ),
        },
        owner="k3s with IPv6, Cilium",
        source=_CORE,
    ),
    Topic(
        kind="sysctl",
        pattern=r"net\.core\.netdev_rss_key|net\.ipv4\.tcp_fastopen_key",
        what=Text("A random key of this boot.", "이번 부팅의 무작위 키입니다."),
        owner="kernel",
        source=_CORE,
    ),
    Topic(
        kind="sysctl",
        pattern=r"net\.ipv4\.fib_multipath_(use_neigh|hash_policy|hash_fields)",
        what=Text(
            "How packets are spread over several next hops.", "여러 다음 홉에 패킷을 나누는 방식입니다."
        ),
        values={"0": _OFF, "1": _ON},
        owner="Cilium (use_neigh 1)",
        source=_IP,
    ),
)
