"""The doors: each verb parses its request, calls one function and shows the result."""

import errno
import gc
import importlib
import os
import sys
from typing import NoReturn

import click

from leadline.cli._group import Group
from leadline.cli._options import language, modules, options, said


class Verbs(Group):
    """The verbs are the modules of this package; one is imported when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return [name.replace("_", "-") for name in modules(__path__[0])]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        command = importlib.import_module(f"{__name__}.{cmd_name.replace('-', '_')}").command
        assert isinstance(command, click.Command)  # noqa: S101 - a verb's module without a command is a bug
        return command


def program() -> str:
    """How this was called: `leadline`, or `kubectl leadline` as kubectl's plugin."""
    return "kubectl leadline" if sys.argv[0].rpartition(os.sep)[2].startswith("kubectl") else "leadline"


def _version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted:
        from leadline import __version__

        click.echo(f"leadline {__version__}")
        ctx.exit()


@click.command(
    cls=Verbs,
    help=said(
        "The sounding line for Kubernetes hosts: record a Linux host, see what changed, and why.",
        "쿠버네티스 호스트를 위한 측심줄입니다. 리눅스 호스트를 기록하고, 무엇이 왜 바뀌었는지 보여 줍니다.",
    ),
    epilog=said(
        'Completion for bash (zsh and fish alike): put  eval "$(_LEADLINE_COMPLETE=bash_source leadline)"  into ~/.bashrc',
        'bash 자동 완성(zsh, fish도 같습니다): ~/.bashrc에  eval "$(_LEADLINE_COMPLETE=bash_source leadline)"  줄을 넣으십시오',
    ),
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_version,
    help=said("Show the version.", "버전을 보여 줍니다."),
)
@options
def group() -> None:
    """The root of every verb."""


def main() -> NoReturn:
    """The program `leadline`. Expected errors are one sentence on stderr and exit code 2."""
    # thousands of small values are made and kept: looking for garbage that often costs a tenth of the time
    gc.set_threshold(100_000, 20, 20)
    for number, name in ((1, "stdout"), (2, "stderr")):
        if getattr(sys, name) is None:  # closed by the caller (`>&-`)
            os.dup2(os.open(os.devnull, os.O_WRONLY), number)
            setattr(sys, name, open(number, "w", closefd=False))  # noqa: SIM115 - as Python does
        elif hasattr(getattr(sys, name), "reconfigure"):
            getattr(sys, name).reconfigure(errors="replace")  # a sign that this terminal cannot show
    try:
        code = group.main(prog_name=program(), complete_var="_LEADLINE_COMPLETE", standalone_mode=False)
        sys.stdout.flush()
    except (click.Abort, KeyboardInterrupt):
        code = 130
    except click.ClickException as error:
        from leadline.cli._mistakes import show

        show(error)
        code = 2
    except BrokenPipeError:
        # The reader went away (`| head`); what is still buffered must not fail again at exit.
        _drop_output()
        code = 1
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        _drop_output()
        click.echo(
            said(
                "leadline: the output cannot be written: {why}", "leadline: 출력을 쓸 수 없습니다: {why}"
            ).format(why=error.strerror),
            err=True,
        )
        code = 2
    except Exception as error:
        from leadline.base.errors import LeadlineError

        if not isinstance(error, LeadlineError):
            raise
        click.echo(f"leadline: {error.text[language()]}", err=True)
        code = 2
    sys.exit(code if isinstance(code, int) else 0)


def _drop_output() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
