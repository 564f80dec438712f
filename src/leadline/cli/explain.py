"""`leadline explain`: what is known of a setting, port, mount, chain or interface."""

import re
from typing import TYPE_CHECKING

import click

from leadline.cli._options import call, options, said, show

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leadline.explain.topic import Topic


@click.command(
    "explain",
    short_help=said("What is known of one name.", "이름 하나에 대해 알려진 것을 보여 줍니다."),
    help=said(
        "What is known of a kernel setting (net.ipv4.ip_forward), a port (10250 or 8472/udp), a mount, a firewall "
        "chain (KUBE-SERVICES) or an interface (cni0): what it is, whose it is, what its values mean; for a port "
        "also who connects to it and why.\n\n"
        "Exit codes: 0 every KEY is known, 1 one is not.",
        "커널 설정(net.ipv4.ip_forward), 포트(10250 또는 8472/udp), 마운트, 방화벽 체인(KUBE-SERVICES), "
        "인터페이스(cni0)가 무엇이고 누구의 것이며 값이 무엇을 뜻하는지 보여 줍니다. 포트는 누가 왜 접속하는지도 "
        "보여 줍니다.\n\n"
        "종료 코드: 0 모든 KEY를 찾음, 1 찾지 못한 KEY가 있음.",
    ),
)
@click.argument("keys", nargs=-1, required=True, metavar="KEY…")
@click.option(
    "--to",
    type=click.Path(readable=False),
    metavar="FILE",
    help=said("Write the report to FILE.", "보고서를 FILE에 씁니다."),
)
@options
def command(keys: tuple[str, ...], to: str | None) -> int:
    """Shows what is known, and says of the rest that it is not."""
    from leadline.report.views.topic import document

    found = {key: topics for key in keys if (topics := _topics(key))}
    if found:
        show(document(found), to)
    unknown = [key for key in keys if key not in found]
    for key in unknown:
        click.echo(_unknown(key), err=True)
    return 1 if unknown else 0


def _topics(key: str) -> "list[Topic]":
    """The topics of a name in any of the forms in which tools and people write it."""
    from leadline.explain.knowledge import find

    key = key.strip()
    if not key:
        return []
    if (port := _PORT.fullmatch(key)) is not None:
        protocol = (port["first"] or port["last"] or "").lower()
        number = port["port"].lstrip("0")
        return find(f"{number}/{protocol}" if protocol else number, "port")
    for kind, name in _names(key):
        if found := find(name, kind):
            return found
    return []


# 10250, :10250, 10250/tcp, tcp/10250, udp 8472, 127.0.0.1:10248, [::]:6443, *:10250, `tcp 10.0.0.5%eth0:68`
_PORT = re.compile(
    r"(?:(?P<first>tcp|udp)[\s/:]+)?(?:(?:\*|\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:.]+\]|localhost)?(?:%[\w.-]+)?:)?"
    r"(?P<port>\d{1,5})(?:[\s/]+(?P<last>tcp|udp))?",
    re.IGNORECASE,
)


def _names(key: str) -> "Iterator[tuple[str | None, str]]":
    """What a key may be as a topic knows it, with the kind where the form tells it."""
    yield None, key
    setting = key.split("=")[0].strip().removeprefix("sysctl ").strip()
    if setting.startswith("/proc/sys/") or ("/" in setting and not setting.startswith("/")):
        # sysctl's other form: slashes between the parts, so a dot belongs to a name (net/ipv4/conf/flannel.1)
        parts = setting.removeprefix("/proc/sys/").split("/")
        yield "sysctl", ".".join(part.replace(".", "/") for part in parts)
        yield "interface", setting.replace("/", ".")
    yield "sysctl", setting
    yield "sysctl", setting.lower()
    yield "interface", key.partition("@")[0].removesuffix(":")
    if key.startswith("/"):
        yield "mount", key.rstrip("/")
    yield "chain", key.upper()
    yield None, key.lower()


def _unknown(key: str) -> str:
    """One honest sentence, with names that are close where there are some."""
    import difflib

    from leadline.base.text import Text
    from leadline.explain.knowledge import topics

    names = [topic.name for topic in topics() if topic.name is not None]
    close = difflib.get_close_matches(key, names, n=3, cutoff=0.6)
    text = Text("nothing is known here of {key}", "{key}에 대해 알려진 것이 없습니다").fill(key=key)
    if close:
        text = Text("{text}; did you mean {close}?", "{text}. 비슷한 이름: {close}").fill(
            text=text, close=", ".join(close)
        )
    return f"leadline: {text[call().lang]}"
