"""`leadline diff`: what changed between two snapshots, and why."""

import sys
import time
from typing import TYPE_CHECKING

import click

from leadline.cli._options import call, format_name, options, progress, put, said, show

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leadline.explain.explain import Explanation

_EVERY = 3.0


def _facts(_: click.Context, __: click.Parameter, begun: str) -> list[str]:
    """The facts that begin so, for completion."""
    from leadline.facts.catalogue import notes

    return [name for name in notes() if name.startswith(begun)]


@click.command(
    "diff",
    short_help=said(
        "What changed between two snapshots, and why.", "두 스냅샷 사이에 무엇이 왜 바뀌었는지 보여 줍니다."
    ),
    help=said(
        "What changed between two snapshots, and why.\n\n"
        "BEFORE and AFTER are folders of saved texts (ip_addr.txt, ss.txt, df.txt, findmnt.txt, sysctl.txt, …), "
        "recorded by `leadline record` or saved by hand; or folders of such folders, one for each host; or archives "
        "of such folders (.tar, .tar.gz, .tar.xz, .tar.bz2). One "
        "folder alone may hold both sides as ip_addr-1.txt and ip_addr-2.txt, or as folders before and after. Two "
        "single files can be compared too.\n\n"
        "Exit codes: 0 nothing changed, 1 something changed, 2 trouble.",
        "두 스냅샷 사이에 무엇이 왜 바뀌었는지 보여 줍니다.\n\n"
        "BEFORE와 AFTER는 저장한 텍스트(ip_addr.txt, ss.txt, df.txt, findmnt.txt, sysctl.txt, …)가 있는 폴더이며, "
        "`leadline record`로 기록하거나 직접 저장합니다. 호스트별 폴더를 담은 폴더도, 그런 폴더를 묶은 압축 파일(.tar, .tar.gz, "
        ".tar.xz, .tar.bz2)도 됩니다. 폴더 하나에 "
        "ip_addr-1.txt와 ip_addr-2.txt처럼, 또는 before와 after 폴더로 양쪽을 모두 담아도 됩니다. 파일 두 개만 비교할 수도 "
        "있습니다.\n\n"
        "종료 코드: 0 변경 없음, 1 변경 있음, 2 오류.",
    ),
)
@click.argument("before", type=click.Path(readable=False))
@click.argument("after", required=False, type=click.Path(readable=False))
@click.option(
    "--to",
    type=click.Path(readable=False),
    metavar="FILE",
    help=said("Write the report to FILE.", "보고서를 FILE에 씁니다."),
)
@click.option(
    "--all",
    "everything",
    is_flag=True,
    help=said("Show every member of every group.", "묶인 항목도 모두 보여 줍니다."),
)
@click.option(
    "--host", "hosts", multiple=True, metavar="NAME", help=said("Only this host.", "이 호스트만 보여 줍니다.")
)
@click.option(
    "--class",
    "classes",
    multiple=True,
    type=click.Choice(["config", "derived", "runtime", "unexplained"]),
    help=said("Only this class of changes.", "이 분류의 변경만 보여 줍니다."),
)
@click.option(
    "--fact",
    "facts",
    multiple=True,
    metavar="NAME",
    shell_complete=_facts,
    help=said("Only this fact (ip_addr, ss, sysctl, …).", "이 종류(ip_addr, ss, sysctl, …)만 보여 줍니다."),
)
@click.option(
    "--watch",
    is_flag=True,
    help=said(
        "Read AFTER again every few seconds; without AFTER, this machine.",
        "AFTER를 몇 초마다 다시 읽습니다. AFTER가 없으면 이 머신을 기록합니다.",
    ),
)
@options
def command(
    before: str,
    after: str | None,
    to: str | None,
    everything: bool,
    hosts: tuple[str, ...],
    classes: tuple[str, ...],
    facts: tuple[str, ...],
    watch: bool,
) -> int:
    """Runs once, or until Ctrl-C with --watch."""
    from pathlib import Path

    from leadline.base.errors import LeadlineError
    from leadline.cli._compare import compare

    if "" in (before, after):
        raise click.BadParameter(said("an empty name", "빈 이름입니다"), param_hint="BEFORE, AFTER")

    def once(side: Path | None) -> int:
        changed = trouble = False
        begun = time.monotonic()

        def passing() -> "Iterator[Explanation]":
            nonlocal changed, trouble
            for explanation, unread in compare(Path(before), side, hosts=hosts, classes=classes, facts=facts):
                changed, trouble = changed or bool(explanation.changes), trouble or unread
                number = len(explanation.changes)
                found = said(f"{number} change{'' if number == 1 else 's'}", f"변경 {number}건")
                progress(f"{explanation.host}: {found}", begun)
                yield explanation

        _show(passing(), to, everything=everything, redraw=watch)
        return 1 if changed else 2 if trouble else 0

    if not watch:
        return once(Path(after) if after is not None else None)
    code = None
    try:
        while True:
            try:
                if after is not None:
                    code = once(Path(after))
                else:
                    from leadline.cli._live import this_machine

                    with this_machine() as side:
                        code = once(side)
            except LeadlineError as error:
                # AFTER may be away for a moment while it is recorded again
                if code is None:
                    raise
                click.echo(f"leadline: {error.text[call().lang]}", err=True)
            if not call().quiet:
                click.echo(said("Watching; Ctrl-C ends.", "지켜보는 중입니다. Ctrl-C로 끝냅니다."), err=True)
            time.sleep(_EVERY)
    except KeyboardInterrupt:
        return code if code is not None else 130


def _show(explanations: "Iterator[Explanation]", to: str | None, *, everything: bool, redraw: bool) -> None:
    if format_name(to) == "json":
        from leadline.explain.explain import as_record
        from leadline.report.formats.json import stream

        put(stream((as_record([each]) for each in explanations), "hosts"), to)
        return
    from leadline.cli._compare import shared
    from leadline.report.views.diff import document

    # A page can be unfolded by its reader; a terminal cannot.
    made = document(shared(explanations), expand=everything or format_name(to) == "html")
    if redraw and to is None and sys.stdout.isatty():
        click.echo("\x1b[H\x1b[2J\x1b[3J", nl=False, color=True)
    show(made, to)
