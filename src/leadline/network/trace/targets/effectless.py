"""Targets after which a packet goes on as it was: they report it, copy it, count it, or change what is not traced."""

from collections.abc import Sequence

from leadline.base.text import Text
from leadline.network.sight import Step, Unknown
from leadline.network.trace.extension import Option, Target

_MAPPED = Unknown(
    Text("what a set maps a packet to is not recorded (`-j SET --map-set`)",
         "집합이 패킷에 매핑하는 값은 기록되지 않습니다(`-j SET --map-set`)")
)  # fmt: skip
_NAMES = (
    "AUDIT",
    "CHECKSUM",
    "CLASSIFY",
    "CONNSECMARK",
    "ECN",
    "IDLETIMER",
    "LED",
    "LOG",
    "NFLOG",
    "RATEEST",
    "SECMARK",
    "TCPMSS",
    "TCPOPTSTRIP",
    "TEE",
    "TRACE",
    "ULOG",
)


def _set(options: Sequence[Option]) -> Step | None:
    mapped = any(option.name == "--map-set" for option in options)
    return (lambda _: _MAPPED) if mapped else None


targets = (
    *(Target(name=name, build=lambda _: None) for name in _NAMES),
    Target(
        name="SET",
        options={
            "--add-set": 2,
            "--del-set": 2,
            "--map-set": 2,
            "--timeout": 1,
            "--exist": 0,
            "--map-mark": 0,
            "--map-prio": 0,
            "--map-queue": 0,
        },
        build=_set,
    ),
)
