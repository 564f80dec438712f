"""Mount points by path."""

from leadline.base.text import Text
from leadline.explain.topic import Topic


def _mount(pattern: str, owner: str, what: Text, source: str, advice: Text | None = None) -> Topic:
    return Topic(kind="mount", pattern=pattern, owner=owner, what=what, source=source, advice=advice)


_CRI = r"(/run(/k3s)?|/var/snap/microk8s/common/run)/containerd"
_DEFAULTS = "kubernetes pkg/kubelet/apis/config/v1beta1/defaults_linux.go"
_KUBELET = r"(/var/lib/kubelet|/var/snap/microk8s/common/var/lib/kubelet)"

topics = (
    _mount(
        rf"{_CRI}/io\.containerd\.runtime\.v\d\.task/k8s\.io(/.*)?",
        "containerd",
        Text(
            "The root filesystems of pods' containers, one overlay each, the pause containers' too. df repeats the disk's "
            "figures for every one of them.",
            "파드 컨테이너의 루트 파일시스템으로, pause 컨테이너를 포함해 컨테이너마다 overlay가 하나씩 있습니다. df는 디스크의 "
            "수치를 그때마다 반복합니다.",
        ),
        "containerd core/runtime/v2/bundle.go",
        Text(
            "Count the disk once, below /var/lib/containerd. `crictl ps` tells which container an id is.",
            "디스크는 /var/lib/containerd에서 한 번만 세십시오. id가 어떤 컨테이너인지는 `crictl ps`로 알 수 있습니다.",
        ),
    ),
    _mount(
        rf"{_CRI}/io\.containerd\.grpc\.v1\.cri/sandboxes(/.*)?",
        "containerd",
        Text(
            "One pod's /dev/shm: a 64 MiB tmpfs its containers share. As many as there are pods without hostIPC.",
            "파드 하나의 /dev/shm으로, 컨테이너들이 함께 쓰는 64 MiB tmpfs입니다. hostIPC가 아닌 파드 수만큼 있습니다.",
        ),
        "containerd internal/cri/server/podsandbox/sandbox_run_linux.go",
    ),
    _mount(
        r"(/var)?/run/netns(/.*)?",
        "",
        Text(
            "Network namespaces kept alive by a mount of their file: `ip netns exec <name> …` works inside. cni-… is "
            "containerd's, one for each pod without hostNetwork; netns-… Podman's, a bare UUID CRI-O's, a word a person's.",
            "파일을 마운트하여 유지하는 네트워크 네임스페이스입니다. `ip netns exec <이름> …`으로 안에서 명령을 실행할 수 "
            "있습니다. cni-…는 containerd의 것으로 hostNetwork가 아닌 파드마다 하나씩, netns-…는 Podman, UUID만 있으면 "
            "CRI-O, 낱말이면 사람이 만든 것입니다.",
        ),
        "ip-netns(8); containerd pkg/netns/netns_linux.go",
        Text(
            "A cni-… without a pod is left over from a crash: `crictl pods` shows which are in use.",
            "파드가 없는 cni-…는 비정상 종료 후 남은 것입니다. 사용 중인지는 `crictl pods`로 확인하십시오.",
        ),
    ),
    _mount(
        _KUBELET,
        "kubelet",
        Text(
            "The kubelet's directory: config.yaml, its certificates under pki, and each pod's volumes and emptyDirs. The "
            "filesystem it lies on is the kubelet's nodefs.",
            "kubelet의 디렉터리로, config.yaml, pki 아래의 인증서, 파드의 볼륨과 emptyDir이 들어 있습니다. 이 디렉터리가 있는 "
            "파일시스템이 kubelet의 nodefs입니다.",
        ),
        f"{_DEFAULTS}; kubernetes.io node-pressure eviction",
        Text(
            "With less than 10 % free (nodefs.available) the kubelet evicts pods.",
            "여유 공간이 10%보다 적어지면(nodefs.available) kubelet이 파드를 축출합니다.",
        ),
    ),
    _mount(
        "/var/lib/containerd",
        "containerd",
        Text(
            "containerd's images and the layers its containers write. The filesystem it lies on is the kubelet's imagefs.",
            "containerd의 이미지와 컨테이너가 쓰는 레이어가 들어 있습니다. 이 디렉터리가 있는 파일시스템이 kubelet의 "
            "imagefs입니다.",
        ),
        f"{_DEFAULTS}; containerd docs/ops.md",
        Text(
            "With less than 15 % free (imagefs.available) the kubelet removes unused images, then evicts pods.",
            "여유 공간이 15%보다 적어지면(imagefs.available) kubelet이 쓰지 않는 이미지를 지우고, 그래도 부족하면 파드를 "
            "축출합니다.",
        ),
    ),
    _mount(
        rf"{_KUBELET}/pods/[^/]+/volumes/kubernetes\.io~(projected|secret)(/.*)?",
        "kubelet",
        Text(
            "A pod's service account token, CA and Secrets, in a tmpfs so that they never reach the disk. size= is the pod's "
            "memory limit, or the node's allocatable memory where it has none; nothing is reserved.",
            "파드의 서비스어카운트 토큰, CA, Secret이며 디스크에 남지 않도록 tmpfs에 둡니다. size=는 파드의 메모리 limit이고, "
            "없으면 노드의 할당 가능 메모리입니다. 미리 차지하지는 않습니다.",
        ),
        "kubernetes pkg/volume/emptydir/empty_dir.go, pkg/volume/projected",
    ),
    _mount(
        rf"{_KUBELET}/pods/[^/]+/volumes/kubernetes\.io~empty-dir(/.*)?",
        "kubelet",
        Text(
            "An emptyDir with `medium: Memory`; what is written there counts as the pod's memory.",
            "`medium: Memory`인 emptyDir입니다. 여기에 쓴 만큼 파드의 메모리로 계산됩니다.",
        ),
        "kubernetes pkg/volume/emptydir/empty_dir.go",
    ),
    _mount(
        rf"{_KUBELET}/(pods/[^/]+/(volumes/kubernetes\.io~(?!projected|secret|empty-dir)[^/]+|volume-subpaths)|plugins/kubernetes\.io)(/.*)?",
        "kubelet",
        Text(
            "A volume attached for a pod: globalmount once a node, then a bind mount for each pod; volume-subpaths for `subPath`.",
            "파드에 연결한 볼륨입니다. globalmount는 노드에 한 번, 이어서 파드마다 바인드 마운트합니다. volume-subpaths는 "
            "`subPath`입니다.",
        ),
        "kubernetes pkg/volume/csi, pkg/volume/util/subpath",
    ),
    _mount(
        r"/var/lib/(docker|containers/storage)(/.*)?|(/var)?/run/docker/netns(/.*)?",
        "",
        Text(
            "Container root filesystems (overlay2/…/merged, overlay/…/merged), shared memory and namespaces of Docker, Podman "
            "or CRI-O. Kubernetes with containerd does not use these.",
            "Docker, Podman, CRI-O의 컨테이너 루트 파일시스템(overlay2/…/merged, overlay/…/merged), 공유 메모리, "
            "네임스페이스입니다. containerd를 쓰는 Kubernetes는 사용하지 않습니다.",
        ),
        "moby daemon/graphdriver/overlay2; containers/storage drivers/overlay",
    ),
    _mount(
        r"/run/user/\d+",
        "systemd",
        Text(
            "A logged-in user's private tmpfs, a tenth of the RAM at most; it is there while somebody is logged in.",
            "로그인한 사용자의 전용 tmpfs로, 최대 RAM의 10분의 1입니다. 로그인해 있는 동안만 있습니다.",
        ),
        "systemd src/login/user-runtime-dir.c",
    ),
    _mount(
        "/proc/sys/fs/binfmt_misc",
        "systemd",
        Text(
            "Where the kernel lists foreign binary formats. systemd mounts it when somebody first looks: `sysctl -a` does.",
            "커널의 외부 실행 형식 목록입니다. 처음 접근할 때 systemd가 마운트하며 `sysctl -a`만으로도 마운트됩니다.",
        ),
        "systemd units/proc-sys-fs-binfmt_misc.automount",
    ),
    _mount(
        "/sys/fs/cgroup",
        "systemd",
        Text(
            "The control groups. cgroup2 is one superblock for all: a runtime that starts a privileged container may take "
            "nsdelegate and memory_recursiveprot from it until the next boot.",
            "컨트롤 그룹입니다. cgroup2는 슈퍼블록이 하나뿐이라, 특권 컨테이너를 시작하는 런타임이 nsdelegate와 "
            "memory_recursiveprot를 다음 부팅까지 없앨 수 있습니다.",
        ),
        "runc issue 5258; linux kernel/cgroup/cgroup.c",
        Text(
            "`mount -o remount,nsdelegate,memory_recursiveprot /sys/fs/cgroup` restores them.",
            "`mount -o remount,nsdelegate,memory_recursiveprot /sys/fs/cgroup`으로 되돌릴 수 있습니다.",
        ),
    ),
    _mount(
        r"/run/credentials(/.*)?",
        "systemd",
        Text(
            "A service's credentials, in memory, while it runs.",
            "서비스가 실행되는 동안 메모리에 두는 credential입니다.",
        ),
        "systemd.exec(5)",
    ),
    _mount(
        r"(/var/lib/snapd)?/snap(/.*)?|/run/snapd/ns(/.*)?",
        "snapd",
        Text(
            "One revision of a snap package, a mounted image.",
            "snap 패키지의 한 리비전을 이미지로 마운트한 것입니다.",
        ),
        "snapcore/snapd",
    ),
    _mount(
        r"/run/(calico/cgroup|cilium/cgroupv2)|/sys/fs/bpf",
        "",
        Text(
            "cgroup2 and BPF filesystems that network plugins attach their programs to; calico-node and cilium mount them "
            "from an init container.",
            "네트워크 플러그인이 프로그램을 붙이는 cgroup2와 BPF 파일시스템으로, Calico와 Cilium은 init 컨테이너에서 "
            "마운트합니다.",
        ),
        "projectcalico/calico node/cmd/mountns; cilium/cilium install/kubernetes",
    ),
    _mount(
        r"(/run|/var/lib/nfs)/rpc_pipefs|/proc/fs/nfsd",
        "nfs",
        Text(
            "The kernel's side of the NFS client or server.",
            "NFS 클라이언트나 서버의 커널 쪽 파일시스템입니다.",
        ),
        "nfs-utils systemd/*.mount",
    ),
)
