"""What is said of a call that cannot be understood, in the language of the call."""

from difflib import get_close_matches

import click
from click.exceptions import (
    BadOptionUsage,
    BadParameter,
    MissingParameter,
    NoArgsIsHelpError,
    NoSuchOption,
    UsageError,
)

from leadline.cli._options import said


def unknown_verb(verb: str, verbs: list[str], ctx: click.Context) -> UsageError:
    """The error for a verb that does not exist, with the one that was meant where that can be told."""
    text = said(f"no verb {verb}", f"{verb}: 그런 명령이 없습니다")
    if close := get_close_matches(verb, verbs, n=1):
        text += said(f"; did you mean {close[0]}?", f". 혹시 {close[0]}입니까?")
    else:
        text += said("; there are ", ". 있는 명령: ") + ", ".join(verbs)
    return UsageError(text, ctx)


def show(error: click.ClickException) -> None:
    """One sentence on stderr, and how to get help; the help itself where nothing was asked for."""
    if isinstance(error, NoArgsIsHelpError):
        error.show()
        return
    click.echo(f"leadline: {_sentence(error)}", err=True)
    ctx = getattr(error, "ctx", None)
    if ctx is not None:
        command = f"{ctx.command_path} --help"
        click.echo(
            said(f"`{command}` shows how it is called", f"사용법은 `{command}`로 볼 수 있습니다"), err=True
        )


def _sentence(error: click.ClickException) -> str:
    if isinstance(error, NoSuchOption):
        text = said(f"no option {error.option_name}", f"{error.option_name}: 그런 옵션이 없습니다")
        if close := get_close_matches(error.option_name, error.possibilities or (), n=1):
            text += said(f"; did you mean {close[0]}?", f". 혹시 {close[0]}입니까?")
        return text
    name = ""
    if isinstance(error, BadParameter) and error.param is not None and error.ctx is not None:
        option = isinstance(error.param, click.Option)
        name = error.param.opts[-1] if option else error.param.make_metavar(error.ctx)
    if isinstance(error, MissingParameter):
        return said(f"{name} is missing", f"{name}: 값이 필요합니다")
    if isinstance(error, BadParameter) and name:
        kind = getattr(error.param, "type", None)
        if isinstance(kind, click.Choice):
            choices = ", ".join(map(str, kind.choices))
            return said(f"{name} is one of {choices}", f"{name} 값은 다음 중 하나입니다: {choices}")
        if isinstance(kind, click.IntRange):
            return said(
                f"{name} is a whole number from {kind.min} to {kind.max}",
                f"{name} 값은 {kind.min} 이상 {kind.max} 이하의 정수입니다",
            )
        return said(f"{name}: {error.message.rstrip('.')}", f"{name}: 쓸 수 없는 값입니다")
    if isinstance(error, BadParameter):
        return f"{error.param_hint}: {error.message}"
    if isinstance(error, BadOptionUsage):
        return said(f"{error.option_name} needs a value", f"{error.option_name}: 값이 필요합니다")
    return error.format_message().rstrip(".")
