"""`leadline explain`: what is known of a setting, port, mount, chain or interface."""

from typing import TYPE_CHECKING

import click

from leadline.cli._options import call, options, said, show

if TYPE_CHECKING:
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
        "종료 코드: 0 모든 KEY를 앎, 1 모르는 KEY가 있음.",
    ),
)
@click.argument("keys", nargs=-1, required=True, metavar="KEY…")
@click.option("--to", metavar="FILE", help=said("Write the report to FILE.", "보고서를 FILE에 씁니다."))
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
    """The topics of a name as people write it: `10250` and `:10250` are ports, `/proc/sys/…` is a setting."""
    from leadline.explain.knowledge import find

    port = key.removeprefix(":")
    if port.isdigit():
        return [topic for protocol in ("tcp", "udp") for topic in find(f"{port}/{protocol}", "port")]
    if key.startswith("/proc/sys/"):
        return find(key.removeprefix("/proc/sys/").replace("/", "."), "sysctl")
    return find(key)


def _unknown(key: str) -> str:
    """One honest sentence, with names that are close where there are some."""
    import difflib
    import re

    from leadline.base.text import Text
    from leadline.explain.knowledge import topics

    # A pattern without choices is a name itself, once its escapes are taken away.
    literal = (re.sub(r"\\(.)", r"\1", topic.pattern) for _, topic in topics() if _is_name(topic.pattern))
    close = difflib.get_close_matches(key, list(literal), n=3, cutoff=0.6)
    text = Text("nothing is known here of {key}", "{key}에 대해 알려진 것이 없습니다").fill(key=key)
    if close:
        text = Text("{text}; did you mean {close}?", "{text}. 혹시 {close}입니까?").fill(
            text=text, close=", ".join(close)
        )
    return f"leadline: {text[call().lang]}"


def _is_name(pattern: str) -> bool:
    """Whether a pattern matches one name only. A bare dot counts as a dot: nobody writes it for any sign."""
    import re

    return re.search(r"[][()|*+?{}^$]|\\[A-Za-z]", pattern) is None
