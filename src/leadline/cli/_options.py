"""The options that every verb has, before or after the verb, and the language of what is said."""

import os
import sys
import time
from collections.abc import Callable, Iterable
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeVar

import click

import leadline.report.formats as formats_package

if TYPE_CHECKING:
    from leadline.base.text import Lang
    from leadline.report.contract import Style
    from leadline.report.document import Document

Command = TypeVar("Command", bound=Callable[..., Any])


class Call:
    """What the shared options of this call say. `output` is None where no format was asked for."""

    def __init__(self) -> None:
        self.output: str | None = None
        self.lang: Lang = language()
        self.colour: bool | None = False if os.environ.get("NO_COLOR") else None
        self.quiet = False
        self.verbose = False


@cache
def language() -> "Lang":
    """The language asked for by `--lang`, else the one of the locale. It is needed before the command line
    is parsed, since the help text has it too."""
    for argument, following in reversed([*pairwise([*sys.argv[1:], ""])]):
        name, _, value = argument.partition("=")
        if name == "--lang":
            return "ko" if (value or following) == "ko" else "en"
    locale = next(
        (os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), ""
    )
    return "ko" if locale.startswith("ko") else "en"


def said(en: str, ko: str) -> str:
    """What is said to a person, in the language of this call."""
    return ko if language() == "ko" else en


def call() -> Call:
    """The shared options of the running verb."""
    found = click.get_current_context().find_root().ensure_object(Call)
    assert isinstance(found, Call)  # noqa: S101 - nothing else is ever put there
    return found


def _keep(ctx: click.Context, parameter: click.Parameter, value: Any) -> None:
    if value is None or value is False:
        return
    kept = ctx.find_root().ensure_object(Call)
    if parameter.name == "no_color":
        kept.colour = False
    else:
        setattr(kept, str(parameter.name), value)


def options(command: Command) -> Command:
    """Adds -o, --lang, --no-color, -q, -v and -h to a verb; their values are in `call()`."""
    formats = click.Choice(modules(formats_package.__path__[0]))
    shared = (
        _shared("-o", "--output", type=formats, help=said("The format of the output.", "출력 형식입니다.")),
        _shared(
            "--lang",
            type=click.Choice(["en", "ko"]),
            help=said("The language; by default the locale's.", "언어입니다. 기본값은 로캘의 언어입니다."),
        ),
        _shared("--no-color", is_flag=True, help=said("No colours.", "색을 쓰지 않습니다.")),
        _shared(
            "-q",
            "--quiet",
            is_flag=True,
            help=said("No notes on progress.", "진행 상황을 알리지 않습니다."),
        ),
        _shared(
            "-v",
            "--verbose",
            is_flag=True,
            help=said("More notes on progress.", "진행 상황을 자세히 알립니다."),
        ),
        click.help_option("-h", "--help", help=said("Show this help.", "이 도움말을 보여 줍니다.")),
    )
    for option in reversed(shared):
        command = option(command)
    return command


def modules(folder: str) -> list[str]:
    """The modules of a package's folder that are not for its own use alone."""
    # Not pkgutil and not pathlib: their imports alone take a fifth of the time that --help may take.
    names = [file.name for file in os.scandir(folder) if file.name.endswith(".py")]
    return sorted(name[:-3] for name in names if not name.startswith("_"))


def _shared(*names: str, **settings: Any) -> Callable[[Command], Command]:
    return click.option(*names, callback=_keep, expose_value=False, **settings)


def progress(line: str, since: float) -> None:
    """Says on stderr how far the work is that began at `since` (a monotonic clock's seconds): where a person
    watches and it takes longer than a second; with -v always, with -q never."""
    asked = call()
    if asked.verbose or (not asked.quiet and sys.stderr.isatty() and time.monotonic() - since > 1):
        click.echo(line, err=True)


def format_name(to: str | None) -> str:
    """The format of this call: as asked, else as the file's ending says, else the terminal's."""
    endings = {"html": "html", "htm": "html", "json": "json", "md": "markdown"}
    return call().output or endings.get((to or "").rpartition(".")[2].lower(), "terminal")


def show(document: "Document", to: str | None) -> None:
    """Prints a document in the format of this call, or writes it to a file."""
    from leadline.report.contract import Style, load

    put((load(format_name(to)).render(document, call().lang, Style() if to else style()),), to)


def put(pieces: Iterable[str], to: str | None) -> None:
    """Prints a text that comes in pieces, or writes it to a file."""
    if to:
        write(to, pieces)
        return
    for piece in pieces:
        click.echo(piece, nl=False, color=True)


def style() -> "Style":
    """How standard output may look: its width, and colours where it is a terminal and nobody objects."""
    import shutil

    from leadline.report.contract import Style

    terminal = sys.stdout.isatty()
    colour = call().colour is not False and terminal and os.environ.get("TERM") != "dumb"
    return Style(colour, shutil.get_terminal_size((100, 24)).columns)


def write(to: str, pieces: Iterable[str]) -> None:
    """The whole text under this name, or, where anything fails, what was there before. A device or a pipe
    of that name is written to, a link stays one."""
    import tempfile
    from pathlib import Path

    from leadline.base.errors import UsageError
    from leadline.base.text import Text

    path = Path(to)
    try:
        if path.exists() and not path.is_file() and not path.is_dir():
            with path.open("w", encoding="utf-8", errors="replace") as device:
                device.writelines(pieces)
            return
        path = path.resolve()
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", errors="replace") as file:
                file.writelines(pieces)
                os.fchmod(file.fileno(), 0o644)
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except BrokenPipeError:
        raise
    except OSError as error:
        raise UsageError(
            Text(
                f"{to}: cannot be written ({error.strerror}); name another file",
                f"{to}: 쓸 수 없습니다({error.strerror}). 다른 파일을 지정하십시오",
            )
        ) from None


def end_in_order() -> None:
    """Lets what was begun be taken back where the process is told to end, as it is at Ctrl-C."""
    import signal

    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, lambda number, _: sys.exit(128 + number))
