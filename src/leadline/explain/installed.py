"""Programs that somebody installs beside Kubernetes, and the ports they are known for."""

import msgspec

from leadline.base.text import Text


class Program(msgspec.Struct, frozen=True):
    """One program (by the names of its processes): what it is, and its own ports with the usual exposure
    (`tcp 9100` → `everywhere`).

    `any_port`: its configuration chooses its ports, so that others are its too. `common_name`: others may bear
    the name as well; only two of its own ports together tell it.
    """

    names: tuple[str, ...]
    what: Text
    ports: dict[str, str] = {}
    any_port: bool = False
    common_name: bool = False


_METRICS = Text("metrics of the host for Prometheus", "Prometheus용 호스트 메트릭")
_ZABBIX = Text("Zabbix monitoring", "Zabbix 모니터링")
_DATADOG = Text("the Datadog agent", "Datadog 에이전트")
_IPSEC = Text("IPsec key exchange", "IPsec 키 교환")
_CEPH = Text("Ceph storage", "Ceph 스토리지")
_WEB = Text("web server or proxy", "웹 서버 또는 프록시")
_MYSQL = Text("the database MySQL or MariaDB", "MySQL 또는 MariaDB 데이터베이스")

PROGRAMS = (
    # Monitoring and logs
    Program(("node_exporter", "prometheus-node-exporter"), _METRICS, {"tcp 9100": "everywhere"}),
    Program(("prometheus",), Text("Prometheus", "Prometheus"), {"tcp 9090": "everywhere"}),
    Program(
        ("alertmanager", "prometheus-alertmanager"),
        Text("Prometheus' Alertmanager", "Prometheus Alertmanager"),
        {"tcp 9093": "everywhere", "tcp 9094": "everywhere", "udp 9094": "everywhere"},
    ),
    Program(("grafana", "grafana-server"), Text("Grafana", "Grafana"), {"tcp 3000": "everywhere"}),
    Program(
        ("promtail",), Text("log shipping to Loki", "Loki로 로그 전송"), {"tcp 9080": "everywhere"}, True
    ),
    Program(("alloy",), Text("Grafana Alloy", "Grafana Alloy"), {"tcp 12345": "loopback"}, True),
    Program(
        ("fluent-bit",),
        Text("log shipping (Fluent Bit)", "로그 전송(Fluent Bit)"),
        {"tcp 2020": "everywhere"},
        True,
    ),
    Program(("telegraf",), Text("Telegraf", "Telegraf"), any_port=True),
    Program(("zabbix_agentd", "zabbix_agent2"), _ZABBIX, {"tcp 10050": "everywhere"}),
    Program(("zabbix_server", "zabbix_proxy"), _ZABBIX, {"tcp 10051": "everywhere"}),
    Program(("netdata",), Text("Netdata", "Netdata"), {"tcp 19999": "everywhere"}, True),
    Program(("snmpd",), Text("SNMP monitoring", "SNMP 모니터링"), {"udp 161": "everywhere"}),
    Program(
        ("agent",),
        _DATADOG,
        {"tcp 5000": "loopback", "tcp 5001": "loopback", "udp 8125": "loopback"},
        common_name=True,
    ),
    Program(("trace-agent",), _DATADOG, {"tcp 8126": "loopback"}),
    Program(("process-agent",), _DATADOG, {"tcp 6062": "loopback", "tcp 6162": "loopback"}),
    # Load balancers and web servers
    Program(("haproxy",), Text("the load balancer HAProxy", "HAProxy 로드 밸런서"), any_port=True),
    Program(("nginx",), _WEB, {"tcp 80": "everywhere", "tcp 443": "everywhere"}, True),
    Program(("traefik",), _WEB, {"tcp 80": "everywhere", "tcp 443": "everywhere"}, True),
    Program(
        ("caddy",),
        _WEB,
        {
            "tcp 80": "everywhere",
            "tcp 443": "everywhere",
            "udp 443": "everywhere",
            "tcp 2019": "loopback",
        },
        True,
    ),
    Program(("apache2", "httpd"), _WEB, {"tcp 80": "everywhere", "tcp 443": "everywhere"}),
    Program(("squid",), Text("the web cache Squid", "Squid 웹 캐시"), {"tcp 3128": "everywhere"}),
    # Tunnels
    Program(
        ("zerotier-one",),
        Text("ZeroTier", "ZeroTier"),
        {"udp 9993": "node", "tcp 9993": "loopback"},
        True,
    ),
    Program(("openvpn",), Text("OpenVPN", "OpenVPN"), {"udp 1194": "everywhere", "tcp 1194": "everywhere"}),
    Program(
        ("charon", "charon-systemd", "pluto"), _IPSEC, {"udp 500": "everywhere", "udp 4500": "everywhere"}
    ),
    # Files and data
    Program(
        ("smbd",),
        Text("Windows file sharing", "Windows 파일 공유"),
        {"tcp 445": "everywhere", "tcp 139": "everywhere"},
    ),
    Program(
        ("nmbd",),
        Text("NetBIOS names", "NetBIOS 이름 조회"),
        {"udp 137": "everywhere", "udp 138": "everywhere"},
    ),
    Program(("mariadbd", "mysqld"), _MYSQL, {"tcp 3306": "loopback", "tcp 33060": "loopback"}),
    Program(("postgres",), Text("PostgreSQL", "PostgreSQL"), {"tcp 5432": "loopback"}),
    Program(("redis-server",), Text("Redis", "Redis"), {"tcp 6379": "loopback"}),
    Program(("ceph-mon",), _CEPH, {"tcp 3300": "node", "tcp 6789": "node"}),
    Program(("ceph-osd", "ceph-mgr", "ceph-mds"), _CEPH, any_port=True),
    Program(("crowdsec",), Text("CrowdSec", "CrowdSec"), {"tcp 8080": "loopback", "tcp 6060": "loopback"}),
)
BY_NAME = {name[:15]: program for program in PROGRAMS for name in program.names}
