"""`leadline record`: this machine or others, as snapshot folders or one archive of them."""

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from leadline.cli._options import call, end_in_order, options, progress, said

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from leadline.cluster.spec import ClusterSpec
    from leadline.hosts.host import Host
    from leadline.snapshot.record import Result, Target
    from leadline.snapshot.record_api import Result as ApiResult

_LAB = "lab:"


@click.command(
    "record",
    help=said(
        "Record hosts as folders of text, one each under DIR, in one round trip and without changing anything there. "
        "TARGET is [user@]host[:port], an alias of ~/.ssh/config, a host of --inventory, `local`, or lab:[NAME/]NODE, "
        "a node or pod of a lab. Without one: "
        "every host of --inventory, else this machine. With --archive, or where --to ends in .tar.gz, the same "
        "folders in one archive, which `leadline diff` reads as it is.",
        "호스트를 텍스트 폴더로 기록합니다. DIR 아래에 호스트마다 폴더 하나를 만들고, 왕복 한 번으로 끝내며, 호스트에는 아무 변경도 하지 않습니다. "
        "TARGET은 [user@]host[:port], ~/.ssh/config의 별칭, --inventory의 호스트 이름, `local`, 또는 랩의 노드나 파드인 lab:[NAME/]NODE입니다. 지정하지 않으면 "
        "--inventory의 모든 호스트를, 그것도 없으면 이 서버를 기록합니다. --archive를 쓰거나 --to가 .tar.gz로 끝나면 같은 폴더를 "
        "압축 파일 하나에 담으며, `leadline diff`는 이 파일을 그대로 읽습니다.",
    ),
)
@click.argument("targets", metavar="[TARGET]...", nargs=-1)
@click.option(
    "--to",
    metavar="DIR|FILE",
    help=said(
        "The folder to record into, or the archive; - for an archive on standard output.",
        "기록할 폴더 또는 압축 파일입니다. -는 압축 파일을 표준 출력으로 내보냅니다.",
    ),
)
@click.option(
    "--archive",
    is_flag=True,
    help=said(
        "One compressed archive; without --to, leadline-<time>.tar.gz here.",
        "압축 파일 하나로 기록합니다. --to가 없으면 현재 폴더의 leadline-<시각>.tar.gz입니다.",
    ),
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
    targets: tuple[str, ...],
    to: str | None,
    archive: bool,
    inventory: str | None,
    sudo: bool,
    api: bool,
    jobs: int,
    timeout: int,
) -> int:
    """Returns 0, or 2 where a target failed (the others are recorded)."""
    from pathlib import Path

    from leadline.snapshot.record import record

    if to is None and not archive:
        raise click.UsageError(
            said(
                "--to is missing: name a folder to record into, or use --archive",
                "--to: 값이 필요합니다. 기록할 폴더를 지정하거나 --archive를 쓰십시오",
            ),
            click.get_current_context(),
        )
    to = to if to is not None else time.strftime("leadline-%Y%m%d-%H%M%S.tar.gz")
    archive = archive or to == "-" or to.endswith((".tar.gz", ".tgz"))
    end_in_order()
    chosen = named_targets(targets, Path(inventory) if inventory else None, sudo)
    progress = _Progress(len(chosen))
    with _into(to, archive=archive) as into:
        results = record(chosen, into, timeout=timeout, jobs=jobs, done=progress.done)
        objects = _api(into) if api else None
    for result in results:
        _say(result, to)
    if objects is not None:
        _say_api(objects, to)
    return 2 if any(result.error for result in results) else 0


@contextmanager
def _into(to: str, *, archive: bool) -> "Iterator[Path]":
    """The folder to record into; that of an archive becomes one when everything is in it."""
    from pathlib import Path

    if not archive:
        yield Path(to)
        return
    from leadline.base.errors import UsageError
    from leadline.base.text import Text
    from leadline.snapshot.folder import pack, write_archive

    if to != "-":
        with write_archive(Path(to)) as folder:
            yield folder
    elif sys.stdout.isatty():
        raise UsageError(
            Text(
                "an archive is nothing for a terminal; send standard output to a file or a program, or name a file with --to",
                "압축 파일을 터미널에 출력할 수 없습니다. 표준 출력을 파일이나 다른 프로그램으로 보내거나 --to로 파일을 지정하십시오",
            )
        )
    else:
        from tempfile import TemporaryDirectory

        with TemporaryDirectory(prefix="leadline-") as temporary:
            yield Path(temporary)
            if any(Path(temporary).iterdir()):
                pack(Path(temporary), sys.stdout.buffer)


def named_targets(words: tuple[str, ...], inventory: "Path | None", sudo: bool) -> "list[Target]":
    from leadline.snapshot.record import Target

    spec = None
    if inventory is not None:
        from leadline.cluster.inventory import inventory as read

        spec = read(inventory)
    if not words and spec is not None:
        words = tuple(host.name for host in spec.hosts)
    chosen = []
    for word in dict.fromkeys(words or ("local",)):
        host, folder = _host(word, spec, sudo)
        chosen.append(Target(host, folder, sudo))
    return chosen


def _host(word: str, spec: "ClusterSpec | None", sudo: bool) -> "tuple[Host, str | None]":
    known = spec.host(word) if spec is not None else None
    if known is None and word == "local":
        from leadline.hosts.local import LocalHost

        return LocalHost(sudo=sudo), None
    if known is None and word.startswith(_LAB):
        return _inside(word), None
    from leadline.cluster.inventory import target
    from leadline.hosts.ssh import SshHost  # slow to import, as all of asyncio

    described = known or target(word)
    host = SshHost(word, described.address or word, user=described.user, port=described.port, sudo=sudo)
    return host, known.name if known is not None else None


def _inside(word: str) -> "Host":
    """`lab:[NAME/]NODE`, or a pod in NODE's place; without a NAME that of the only lab, or of the first."""
    from leadline.hosts.inside import InsideHost
    from leadline.lab.lab import find, labs, place
    from leadline.lab.plan import LabSpec

    name, _, node = word.removeprefix(_LAB).rpartition("/")
    known = labs()
    return InsideHost(word, place(find(name or (known[0].name if known else LabSpec().name)), node))


def _say(result: "Result", to: str) -> None:
    lang = call().lang
    if result.error is not None:
        click.echo(f"leadline: {result.error[lang]}", err=True)
    if result.folder is None:
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
        f"{_shown(to, result.folder)}: "
        + said(
            f"{count.get('ok', 0)} of {total} commands ran", f"명령 {total}개 중 {count.get('ok', 0)}개 실행"
        )
        + said_rest,
        err=to == "-",
    )
    for problem in result.problems:
        click.echo(f"  {problem[lang]}", err=True)


def _shown(to: str, folder: "Path") -> str:
    return folder.name if to == "-" else f"{to.rstrip('/')}/{folder.name}"


def _api(into: "Path") -> "ApiResult":
    from leadline.snapshot.record_api import record_api

    return record_api(into)


def _say_api(done: "ApiResult", to: str) -> None:
    click.echo(
        f"{_shown(to, done.folder)}: "
        + said(f"{done.kinds} kinds of API objects", f"API 오브젝트 {done.kinds}종"),
        err=to == "-",
    )
    for problem in done.problems:
        click.echo(f"  {problem[call().lang]}", err=True)


class _Progress:
    """A line per host."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._count = 0
        self._since = time.monotonic()

    def done(self, result: "Result") -> None:
        self._count += 1
        progress(f"[{self._count}/{self._total}] {result.target}", self._since)
