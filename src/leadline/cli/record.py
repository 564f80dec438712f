"""`leadline record`: this machine or others, as snapshot folders."""

import sys
import time
from typing import TYPE_CHECKING

import click

from leadline.cli._options import call, options, said

if TYPE_CHECKING:
    from pathlib import Path

    from leadline.cluster.spec import ClusterSpec
    from leadline.hosts.host import Host
    from leadline.snapshot.record import Result, Target


@click.command(
    "record",
    help=said(
        "Record hosts as folders of text, one each under DIR, in one round trip and without changing anything there. "
        "TARGET is [user@]host[:port], an alias of ~/.ssh/config, a host of --inventory, or `local`. Without one: "
        "every host of --inventory, else this machine.",
        "호스트를 텍스트 폴더로 기록합니다. DIR 아래에 호스트마다 폴더 하나를 만들고, 왕복 한 번으로 끝내며, 호스트에는 아무 변경도 하지 않습니다. "
        "TARGET은 [user@]host[:port], ~/.ssh/config의 별칭, --inventory의 호스트 이름 또는 `local`입니다. 지정하지 않으면 "
        "--inventory의 모든 호스트를, 그것도 없으면 이 서버를 기록합니다.",
    ),
)
@click.argument("targets", metavar="[TARGET]...", nargs=-1)
@click.option(
    "--to", "to", metavar="DIR", required=True, help=said("The folder to record into.", "기록할 폴더입니다.")
)
@click.option(
    "--inventory",
    metavar="FILE",
    help=said(
        "cluster.yaml, or kubespray's inventory.ini or hosts.yaml.",
        "cluster.yaml 또는 kubespray의 inventory.ini, hosts.yaml입니다.",
    ),
)
@click.option(
    "--sudo",
    is_flag=True,
    help=said(
        "As root through sudo where it asks for no password.",
        "sudo가 비밀번호를 묻지 않으면 root로 실행합니다.",
    ),
)
@click.option(
    "--api",
    is_flag=True,
    help=said(
        "The Kubernetes API objects too, redacted, by KUBECONFIG.",
        "KUBECONFIG로 Kubernetes API 오브젝트도 비밀 값을 가려 기록합니다.",
    ),
)
@click.option(
    "--jobs",
    type=click.IntRange(1, 256),
    default=32,
    show_default=True,
    help=said("Hosts at a time.", "동시에 기록할 호스트 수입니다."),
)
@click.option(
    "--timeout",
    type=click.IntRange(1, 3600),
    default=30,
    show_default=True,
    help=said("Seconds for one command.", "명령 하나에 허용할 시간(초)입니다."),
)
@options
def command(
    targets: tuple[str, ...], to: str, inventory: str | None, sudo: bool, api: bool, jobs: int, timeout: int
) -> int:
    """Returns 0, or 2 where a target failed (the others are recorded)."""
    import asyncio
    from pathlib import Path

    from leadline.snapshot.record import record

    into = Path(to)
    chosen = _targets(targets, Path(inventory) if inventory else None, sudo)
    progress = _Progress(len(chosen))
    results = asyncio.run(record(chosen, into, timeout=timeout, jobs=jobs, done=progress.done))
    for result in results:
        _say(result)
    failed = any(result.error for result in results)
    if api:
        _api(into)
    return 2 if failed else 0


def _targets(words: tuple[str, ...], inventory: "Path | None", sudo: bool) -> "list[Target]":
    from leadline.cluster.inventory import inventory as read
    from leadline.snapshot.record import Target

    spec = read(inventory) if inventory is not None else None
    if not words and spec is not None:
        words = tuple(host.name for host in spec.hosts)
    chosen = []
    for word in dict.fromkeys(words or ("local",)):
        host, folder = _host(word, spec, sudo)
        chosen.append(Target(host, folder, sudo))
    return chosen


def _host(word: str, spec: "ClusterSpec | None", sudo: bool) -> "tuple[Host, str | None]":
    from leadline.cluster.inventory import target
    from leadline.hosts.local import LocalHost
    from leadline.hosts.ssh import SshHost

    known = spec.host(word) if spec is not None else None
    if known is None and word == "local":
        return LocalHost(sudo=sudo), None
    described = known or target(word)
    host = SshHost(word, described.address or word, user=described.user, port=described.port, sudo=sudo)
    return host, known.name if known is not None else None


def _say(result: "Result") -> None:
    lang = call().lang
    if result.error is not None:
        click.echo(f"leadline: {result.error[lang]}", err=True)
        return
    count = result.counts
    total = sum(count.values())
    rest = ", ".join(
        f"{count[status]} {word}"
        for status, word in (
            ("missing", said("missing", "없음")),
            ("denied", said("not permitted", "권한 없음")),
            ("failed", said("failed", "실패")),
            ("timeout", said("timed out", "시간 초과")),
        )
        if count.get(status)
    )
    said_rest = f" ({rest})" if rest else ""
    click.echo(
        f"{result.folder}: "
        + said(
            f"{count.get('ok', 0)} of {total} commands ran", f"명령 {total}개 중 {count.get('ok', 0)}개 실행"
        )
        + said_rest
    )
    for problem in result.problems:
        click.echo(f"  {problem[lang]}", err=True)


def _api(into: "Path") -> None:
    from leadline.snapshot.record_api import record_api

    done = record_api(into)
    click.echo(
        f"{done.folder}: " + said(f"{done.kinds} kinds of API objects", f"API 오브젝트 {done.kinds}종")
    )
    for problem in done.problems:
        click.echo(f"  {problem[call().lang]}", err=True)


class _Progress:
    """A line per host on stderr, where a person watches and it takes longer than a second."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._count = 0
        self._since = time.monotonic()
        self._shown = sys.stderr.isatty() and not call().quiet

    def done(self, result: "Result") -> None:
        self._count += 1
        if self._shown and time.monotonic() - self._since > 1:
            click.echo(f"[{self._count}/{self._total}] {result.target}", err=True)
