"""Panic, processes, keys and hardening."""

from leadline.base.text import Text
from leadline.explain.topic import Topic

_KUBELET = "kubernetes pkg/kubelet/cm/container_manager_linux.go setupKernelTunables"
_KERNEL = "linux Documentation/admin-guide/sysctl/kernel.rst"
_FS = "linux Documentation/admin-guide/sysctl/fs.rst"
_OFF = Text("off", "꺼짐")
_ON = Text("on", "켜짐")
_NONE = Text("switched off", "꺼져 있습니다")

topics = (
    Topic(
        kind="sysctl",
        pattern=r"kernel\.panic",
        what=Text("What happens after a kernel panic.", "커널 panic 뒤의 동작을 정합니다."),
        values={
            "0": Text(
                "the machine stands still until somebody resets it", "누군가 재시작할 때까지 멈춰 있습니다"
            ),
            "1": Text("it restarts after 1 second", "1초 뒤에 재시작합니다"),
            "10": Text("it restarts after 10 seconds", "10초 뒤에 재시작합니다"),
            "-1": Text("it restarts at once", "즉시 재시작합니다"),
        },
        owner="kubelet (10), kubespray",
        advice=Text(
            "A node that restarts is soon back in the cluster, but the message on the console is gone: use kdump or a remote console.",
            "재시작하면 노드가 곧 클러스터로 돌아오지만 콘솔 메시지는 사라지므로 kdump나 원격 콘솔을 사용하십시오.",
        ),
        source=f"{_KERNEL}; {_KUBELET}",
    ),
    Topic(
        kind="sysctl",
        pattern=r"kernel\.panic_on_oops",
        what=Text(
            "Whether a fault inside the kernel (oops) stops the whole machine.",
            "커널 내부 오류(oops)가 머신 전체를 멈추게 할지 정합니다.",
        ),
        values={
            "0": Text(
                "only the faulting task ends, the kernel goes on in doubt",
                "오류를 낸 작업만 끝나고 커널은 불확실한 채 계속 동작합니다",
            ),
            "1": Text("panic, then what kernel.panic says", "panic을 일으키고 kernel.panic에 따릅니다"),
        },
        owner="kubelet, kubespray, tuned (profile oracle); 1 by default on RHEL",
        advice=Text(
            "With kernel.panic 0 a single driver fault takes the node away until somebody resets it.",
            "kernel.panic이 0이면 드라이버 오류 하나로 노드가 멈춰 누군가 재시작해야 합니다.",
        ),
        source=f"{_KERNEL}; {_KUBELET}",
    ),
    Topic(
        kind="sysctl",
        pattern=r"kernel\.keys\.root_max(keys|bytes)",
        what=Text(
            "How many keys, or bytes of keys, root may keep in the kernel's keyring.",
            "root가 커널 keyring에 둘 수 있는 키의 수 또는 크기입니다.",
        ),
        values={
            "1000000": Text("the kubelet's value and the kernel's default", "kubelet의 값이자 커널 기본값"),
            "25000000": Text("the kubelet's value and the kernel's default", "kubelet의 값이자 커널 기본값"),
        },
        owner="kubelet, kubespray",
        advice=Text(
            "Every container takes a session key: with a low limit runc fails with `disk quota exceeded`.",
            "컨테이너마다 세션 키를 쓰므로, 한도가 낮으면 runc가 `disk quota exceeded`로 실패합니다.",
        ),
        source=f"linux Documentation/security/keys/core.rst; {_KUBELET}",
    ),
    Topic(
        kind="sysctl",
        pattern=r"kernel\.keys\.(maxkeys|maxbytes|gc_delay|persistent_keyring_expiry)",
        what=Text("The keyring limits of ordinary users.", "일반 사용자의 keyring 한도입니다."),
        owner="kernel",
        advice=Text(
            "Containers that run as one user share it: 200 keys are soon used up.",
            "같은 사용자로 실행되는 컨테이너들이 나눠 쓰므로 200개는 곧 소진될 수 있습니다.",
        ),
        source="linux Documentation/security/keys/core.rst",
    ),
    Topic(
        kind="sysctl",
        pattern=r"kernel\.pid_max",
        what=Text(
            "The highest process id: how many processes and threads fit on the host.",
            "가장 큰 프로세스 ID로, 호스트가 담을 수 있는 프로세스와 스레드 수입니다.",
        ),
        values={
            "32768": Text("the small default", "작은 기본값"),
            "4194304": Text(
                "the largest, set by systemd on 64-bit hosts", "최댓값(64비트 호스트에서 systemd가 설정)"
            ),
        },
        owner="systemd (50-pid-max.conf), kernel (1024 for each CPU)",
        advice=Text(
            "Every thread counts. Limit pods by the kubelet's podPidsLimit rather than here.",
            "스레드도 모두 셉니다. 파드는 kubelet의 podPidsLimit으로 제한하십시오.",
        ),
        source=_KERNEL,
    ),
    Topic(
        kind="sysctl",
        pattern=r"kernel\.threads-max|user\.max_\w+_namespaces|fs\.epoll\.max_user_watches",
        what=Text(
            "A limit that the kernel computes from the memory at boot.",
            "커널이 부팅할 때 메모리 크기로 계산하는 한도입니다.",
        ),
        values={"0": _NONE},
        owner="kernel",
        advice=Text(
            "user.max_user_namespaces 0 is a hardening; it breaks rootless containers and pods with hostUsers: false.",
            "user.max_user_namespaces를 0으로 두는 것은 보안 강화 설정으로, rootless 컨테이너와 hostUsers: false 파드가 동작하지 않습니다.",
        ),
        source="linux kernel/fork.c set_max_threads, kernel/ucount.c",
    ),
    Topic(
        kind="sysctl",
        pattern=r"kernel\.random\.boot_id",
        what=Text(
            "A random name for the time since the last boot: another one means that the host was started anew.",
            "이번 부팅의 무작위 ID입니다. 값이 다르면 호스트가 재부팅된 것입니다.",
        ),
        owner="kernel",
        source="linux drivers/char/random.c",
    ),
    Topic(
        kind="sysctl",
        pattern=r"kernel\.random\..*|kernel\.ns_last_pid|kernel\.pty\.nr|fs\.(dentry-state|file-nr|inode-nr|inode-state|aio-nr)|fs\.quota\..*",
        general=True,
        what=Text(
            "A counter or random value that moves by itself.", "스스로 변하는 카운터 또는 무작위 값입니다."
        ),
        owner="kernel",
        source=f"{_KERNEL}; {_FS}",
    ),
    Topic(
        kind="sysctl",
        pattern=r"kernel\.core_pattern",
        what=Text(
            "Where core dumps go: a file name, or `|` and a program.",
            "core dump가 가는 곳입니다. 파일 이름이거나 `|` 뒤의 프로그램입니다.",
        ),
        values={"core": Text("a file `core` in the working directory", "작업 디렉터리의 `core` 파일")},
        owner="systemd-coredump, apport, abrt",
        advice=Text(
            "It holds for containers too. A program runs as root on the host: an unexpected one is a known way out of a container.",
            "컨테이너에도 적용됩니다. 프로그램은 호스트에서 root로 실행되므로, 예상하지 못한 값은 컨테이너 탈출 시도일 수 있습니다.",
        ),
        source="core(5)",
    ),
    Topic(
        kind="sysctl",
        pattern=r"kernel\.sysrq",
        what=Text(
            "Which emergency keys (SysRq) the kernel obeys.", "커널이 따르는 비상 키(SysRq)의 종류입니다."
        ),
        values={
            "0": _OFF,
            "1": Text("all", "모두"),
            "16": Text("only sync", "sync만"),
            "176": Text("sync, remount and reboot", "sync, remount, reboot"),
            "438": Text("most of them (Debian)", "대부분(Debian)"),
        },
        owner="distribution",
        source="linux Documentation/admin-guide/sysrq.rst",
    ),
    Topic(
        kind="sysctl",
        pattern=r"kernel\.tainted",
        what=Text(
            "Marks (bits) for events that the kernel's developers do not vouch for.",
            "커널 개발자가 보증하지 않는 사건의 표시(비트)입니다.",
        ),
        values={
            "0": Text("none", "없음"),
            "4096": Text("a module from outside the kernel tree", "커널 소스 밖의 모듈"),
            "12288": Text("an unsigned module from outside the tree", "서명되지 않은 외부 모듈"),
        },
        owner="kernel",
        source="linux Documentation/admin-guide/tainted-kernels.rst",
    ),
    Topic(
        kind="sysctl",
        pattern=r"kernel\.(osrelease|version)",
        what=Text("The running kernel's release and build.", "실행 중인 커널의 릴리스와 빌드입니다."),
        owner="distribution",
        source=_KERNEL,
    ),
    Topic(
        kind="sysctl",
        pattern=r"kernel\.hostname",
        what=Text(
            "The host's name; the kubelet registers the node by it.",
            "호스트 이름으로, kubelet이 이 이름으로 노드를 등록합니다.",
        ),
        owner="administrator, cloud-init, kubespray",
        advice=Text(
            "Do not rename a node that has joined: it would register anew.",
            "클러스터에 참여한 노드의 이름은 바꾸지 마십시오. 새 노드로 등록됩니다.",
        ),
        source=_KERNEL,
    ),
    Topic(
        kind="sysctl",
        pattern=r"kernel\.unprivileged_bpf_disabled",
        what=Text(
            "Whether users without privileges may load BPF programs.",
            "권한 없는 사용자의 BPF 프로그램 적재를 정합니다.",
        ),
        values={
            "0": Text("allowed", "허용"),
            "1": Text("forbidden until the next boot", "다음 부팅까지 금지"),
            "2": Text("forbidden, root may allow it again", "금지(root가 다시 허용 가능)"),
        },
        owner="distribution, Cilium and Calico (1)",
        source=_KERNEL,
    ),
    Topic(
        kind="sysctl",
        pattern=r"kernel\.(dmesg_restrict|kptr_restrict|yama\.ptrace_scope|perf_event_paranoid|kexec_load_disabled|apparmor_restrict_\w+|randomize_va_space)",
        what=Text(
            "A hardening of the kernel against local users.", "로컬 사용자에 대한 커널 보안 강화 설정입니다."
        ),
        values={"0": _OFF, "1": _ON, "2": Text("stricter", "더 엄격함")},
        owner="distribution, administrator",
        source=_KERNEL,
    ),
    Topic(
        kind="sysctl",
        pattern=r"kernel\.(shm(all|max|mni)|sem|msg(max|mnb|mni))",
        what=Text(
            "A limit of System V shared memory, semaphores or messages.",
            "System V 공유 메모리, 세마포어, 메시지의 한도입니다.",
        ),
        owner="databases' installers, tuned (oracle, sap)",
        advice=Text(
            "Per IPC namespace: a pod has its own, set through its securityContext.sysctls.",
            "IPC 네임스페이스별 값으로, 파드는 securityContext.sysctls로 따로 설정합니다.",
        ),
        source=_KERNEL,
    ),
    Topic(
        kind="sysctl",
        pattern=r"kernel\.(timer_migration|numa_balancing|nmi_watchdog|sched_\w+|hung_task_\w+|watchdog\w*)",
        what=Text(
            "A setting of the scheduler or of the kernel's watchdogs.",
            "스케줄러나 커널 감시 장치의 설정입니다.",
        ),
        values={"0": _OFF, "1": _ON},
        owner="tuned, Cilium (timer_migration 0)",
        source=_KERNEL,
    ),
)
