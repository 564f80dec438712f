"""Memory and files."""

from leadline.base.text import Text
from leadline.explain.topic import Topic

_KUBELET = "kubernetes pkg/kubelet/cm/container_manager_linux.go setupKernelTunables"
_VM = "linux Documentation/admin-guide/sysctl/vm.rst"
_FS = "linux Documentation/admin-guide/sysctl/fs.rst"
_OFF = Text("off", "꺼짐")
_ON = Text("on", "켜짐")

topics = (
    Topic(
        kind="sysctl",
        pattern=r"vm\.overcommit_memory",
        what=Text(
            "Whether the kernel grants more memory than there is.",
            "실제보다 많은 메모리 할당을 허용할지 정합니다.",
        ),
        values={
            "0": Text("obvious excess is refused (heuristic)", "명백히 지나친 요청만 거부합니다(휴리스틱)"),
            "1": Text(
                "always granted: shortage shows as OOM kills, not as failed allocations",
                "항상 허용합니다. 부족하면 할당 실패가 아니라 OOM kill로 나타납니다",
            ),
            "2": Text(
                "never more than swap and a share of the memory", "swap과 메모리의 일정 비율까지만 허용합니다"
            ),
        },
        owner="kubelet (1), kubespray, Redis guides",
        advice=Text(
            "The kubelet needs 1 so that pods are killed by their priority. With 2 containers fail to start although memory is free.",
            "kubelet은 우선순위에 따라 파드를 끝내기 위해 1이 필요합니다. 2이면 메모리가 남아 있어도 컨테이너가 시작하지 못할 수 있습니다.",
        ),
        source=f"{_VM}; {_KUBELET}",
    ),
    Topic(
        kind="sysctl",
        pattern=r"vm\.panic_on_oom",
        what=Text(
            "Whether running out of memory stops the whole machine.",
            "메모리가 바닥나면 머신 전체를 멈출지 정합니다.",
        ),
        values={
            "0": Text("the OOM killer ends a process", "OOM killer가 프로세스를 끝냅니다"),
            "1": Text(
                "panic, except where a cgroup or cpuset is the limit",
                "panic을 일으킵니다(cgroup이나 cpuset 한도인 경우 제외)",
            ),
            "2": Text("panic in every case", "모든 경우에 panic을 일으킵니다"),
        },
        owner="kubelet (0), kubespray",
        source=f"{_VM}; {_KUBELET}",
    ),
    Topic(
        kind="sysctl",
        pattern=r"vm\.swappiness",
        what=Text(
            "How readily the kernel swaps anonymous memory instead of dropping file cache.",
            "파일 캐시를 버리는 대신 익명 메모리를 swap하려는 정도입니다.",
        ),
        values={
            "60": Text("the kernel's default", "커널 기본값"),
            "10": Text("swap late (tuned throughput-performance)", "늦게 swap(tuned throughput-performance)"),
            "30": Text("tuned virtual-guest", "tuned virtual-guest"),
            "1": Text("almost never", "거의 하지 않음"),
            "0": Text("only to avoid an OOM kill", "OOM kill을 피할 때만"),
        },
        owner="administrator, tuned",
        advice=Text(
            "Without swap, as the kubelet asks by default, it has no effect.",
            "kubelet의 기본 요구대로 swap이 없으면 영향이 없습니다.",
        ),
        source=_VM,
    ),
    Topic(
        kind="sysctl",
        pattern=r"vm\.max_map_count",
        what=Text(
            "How many memory areas one process may map.",
            "한 프로세스가 매핑할 수 있는 메모리 영역의 수입니다.",
        ),
        values={
            "65530": Text("the kernel's default", "커널 기본값"),
            "262144": Text(
                "what Elasticsearch and OpenSearch ask for", "Elasticsearch와 OpenSearch의 요구값"
            ),
            "1048576": Text(
                "newer distributions' value (10-map-count.conf)", "최근 배포판의 값(10-map-count.conf)"
            ),
        },
        owner="distribution, Elasticsearch; never Kubernetes itself",
        advice=Text(
            "It is not per container: an init container that raises it changes the node.",
            "컨테이너별 값이 아니므로, 이 값을 올리는 init 컨테이너는 노드 전체를 바꿉니다.",
        ),
        source=_VM,
    ),
    Topic(
        kind="sysctl",
        pattern=r"vm\.dirty_\w+",
        what=Text(
            "How much written data may wait in memory, and how long, before it goes to disk.",
            "디스크에 쓰기 전 메모리에 둘 수 있는 데이터의 양과 시간입니다.",
        ),
        owner="tuned, administrator",
        advice=Text(
            "Large values make long stalls when everything is written at once; etcd suffers from that.",
            "값이 크면 한꺼번에 쓸 때 오래 멈출 수 있으며, etcd가 영향을 받습니다.",
        ),
        source=_VM,
    ),
    Topic(
        kind="sysctl",
        pattern=r"vm\.(min_free_kbytes|lowmem_reserve_ratio|(user|admin)_reserve_kbytes|watermark_\w+)",
        what=Text(
            "Memory that the kernel keeps free for itself.", "커널이 자신을 위해 남겨 두는 메모리입니다."
        ),
        owner="kernel (from the memory size)",
        source=_VM,
    ),
    Topic(
        kind="sysctl",
        pattern=r"vm\.nr_(overcommit_)?hugepages(_mempolicy)?",
        what=Text("How many huge pages are reserved.", "예약된 huge page의 수입니다."),
        values={"0": Text("none", "없음")},
        owner="administrator",
        advice=Text(
            "The kubelet offers what it finds when it starts: restart it after a change.",
            "kubelet은 시작할 때 확인한 수를 제공하므로 바꾼 뒤 재시작하십시오.",
        ),
        source=_VM,
    ),
    Topic(
        kind="sysctl",
        pattern=r"fs\.inotify\.max_user_(instances|watches|queued_events)|fs\.inotify\.max_queued_events|user\.max_inotify_(instances|watches)",
        what=Text(
            "How many file watches one user may have on the host, all containers together.",
            "한 사용자가 호스트에서 쓸 수 있는 파일 감시 수로, 모든 컨테이너를 합한 값입니다.",
        ),
        values={
            "128": Text("the kernel's default for instances", "instances의 커널 기본값"),
            "1024": Text("LXD's or MicroK8s' value", "LXD 또는 MicroK8s의 값"),
            "8192": Text("kubespray's value (from v2.31)", "kubespray의 값(v2.31부터)"),
        },
        owner="kubespray, MicroK8s, LXD, administrator",
        advice=Text(
            "When used up, programs fail with `too many open files` although few files are open; kubelet logs and `kubectl logs -f` stop first.",
            "다 쓰면 열린 파일이 적어도 `too many open files`가 나며, `kubectl logs -f` 등이 먼저 멈춥니다.",
        ),
        source="inotify(7)",
    ),
    Topic(
        kind="sysctl",
        pattern=r"fs\.(file-max|nr_open)",
        what=Text(
            "How many files may be open on the host, or in one process.",
            "호스트 전체 또는 한 프로세스가 열 수 있는 파일 수입니다.",
        ),
        values={
            "9223372036854775807": Text("no limit (systemd)", "제한 없음(systemd)"),
            "1073741816": Text("no limit in practice (systemd)", "사실상 제한 없음(systemd)"),
        },
        owner="systemd",
        source=_FS,
    ),
    Topic(
        kind="sysctl",
        pattern=r"fs\.aio-max-nr",
        what=Text(
            "How many asynchronous disk requests may be open on the host.",
            "호스트에서 동시에 열어 둘 수 있는 비동기 디스크 요청 수입니다.",
        ),
        values={
            "65536": Text("the kernel's default", "커널 기본값"),
            "1048576": Text(
                "the value of libvirt, MicroK8s and databases", "libvirt, MicroK8s, 데이터베이스의 값"
            ),
        },
        owner="libvirt, MicroK8s, tuned (oracle)",
        source=_FS,
    ),
    Topic(
        kind="sysctl",
        pattern=r"fs\.(protected_\w+|suid_dumpable)|kernel\.core_(pipe_limit|uses_pid)",
        what=Text(
            "A protection around links in shared folders or core dumps.",
            "공유 디렉터리의 링크나 core dump에 대한 보호 설정입니다.",
        ),
        values={"0": _OFF, "1": _ON, "2": Text("stricter, or for root only", "더 엄격하거나 root 전용")},
        owner="distribution",
        source=_FS,
    ),
    Topic(
        kind="sysctl",
        pattern=r"fs\.binfmt_misc\..*",
        what=Text(
            "Executable formats and their interpreters; it shows when the automount was touched.",
            "실행 파일 형식과 인터프리터입니다. 자동 마운트가 사용되면 나타납니다.",
        ),
        owner="systemd-binfmt, QEMU packages",
        source="linux Documentation/admin-guide/binfmt-misc.rst",
    ),
    Topic(
        kind="sysctl",
        pattern=r"fs\.may_detach_mounts",
        what=Text(
            "Whether a mount that another namespace still uses can be removed (RHEL 7).",
            "다른 네임스페이스가 쓰는 마운트를 제거할 수 있는지 정합니다(RHEL 7).",
        ),
        values={
            "0": Text("no: pods hang in Terminating", "불가. 파드가 Terminating에 머뭅니다"),
            "1": Text("yes", "가능"),
        },
        owner="kubespray, Docker packages of RHEL 7",
        source="kubespray roles/kubernetes/preinstall/tasks/0080-system-configurations.yml",
    ),
)
