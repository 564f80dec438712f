"""`leadline lab fault`: what people really meet, brought about in a lab and taken back."""

from typing import TYPE_CHECKING

import click

from leadline.cli._group import Group
from leadline.cli._lab_options import chosen, name_option
from leadline.cli._options import call, options, said, show

if TYPE_CHECKING:
    from leadline.base.errors import UsageError
    from leadline.lab.fault import Fault
    from leadline.lab.lab import Lab
    from leadline.lab.plan import Plan


@click.group(
    "fault",
    cls=Group,
    short_help=said("Faults that people really meet.", "현장에서 실제로 겪는 장애입니다."),
    help=said(
        "Faults that people really meet, brought about in a lab and taken back exactly.",
        "현장에서 실제로 겪는 장애를 랩에 주입하고 정확히 되돌립니다.",
    ),
)
@options
def fault() -> None:
    """The verbs of faults."""


@fault.command(
    "list",
    short_help=said("The faults there are.", "장애 목록을 보여 줍니다."),
    help=said(
        "Every fault, with the names of the lab where it is up, and which of them it has now.",
        "모든 장애를 보여 줍니다. 랩이 떠 있으면 그 랩의 이름으로 보여 주고 주입된 장애를 표시합니다.",
    ),
)
@name_option
@options
def listing(name: str) -> int:
    """Lists the faults."""
    from leadline.lab.fault import every
    from leadline.lab.injection import injected
    from leadline.lab.lab import labs, topology
    from leadline.lab.plan import LabSpec, plan
    from leadline.report.views.lab_fault import listed

    lab = next((each for each in labs() if each.name == name), None)
    made = topology(lab) if lab is not None else plan(LabSpec())
    now = {each.name for each in injected(lab)} if lab is not None else set()
    show(listed([_told(each, made) for each in every()], now), None)
    return 0


def _told(one: "Fault", made: "Plan") -> "Fault":
    """The fault with this lab's names, or, where it cannot have it, with those of the usual lab for it."""
    from leadline.base.errors import UsageError
    from leadline.lab.fault import filled
    from leadline.lab.plan import LabSpec, plan

    try:
        return filled(one, made)
    except UsageError:
        usual = LabSpec(backend=one.backend or "vxlan", proxy=one.proxy or "iptables")
        return filled(one, plan(usual))


def _every(_: click.Context, __: click.Parameter, begun: str) -> list[str]:
    from leadline.lab.fault import every

    return [each.name for each in every() if each.name.startswith(begun)]


@fault.command(
    "inject",
    short_help=said("Bring a fault about.", "장애를 주입합니다."),
    help=said(
        "Bring a fault about, and say what to try. It shows in `leadline lab status`.",
        "장애를 주입하고 무엇을 확인할지 알려 줍니다. `leadline lab status`에 표시됩니다.",
    ),
)
@click.argument("fault_name", metavar="FAULT", shell_complete=_every)
@name_option
@options
def inject(fault_name: str, name: str) -> int:
    """Injects one fault."""
    from leadline.lab import injection
    from leadline.lab.lab import find
    from leadline.report.views.lab_fault import injected

    show(injected(injection.inject(find(name), fault_name), name), None)
    return 0


def _injected(ctx: click.Context, _: click.Parameter, begun: str) -> list[str]:
    from leadline.lab.injection import injected

    lab = chosen(ctx)
    return [each.name for each in injected(lab) if each.name.startswith(begun)] if lab is not None else []


@fault.command(
    "recover",
    short_help=said("Take a fault back.", "장애를 되돌립니다."),
    help=said(
        "Take a fault back exactly. Without FAULT, the only one there is; with --all, every one.",
        "장애를 정확히 되돌립니다. FAULT가 없으면 하나뿐인 장애를, --all이면 모두 되돌립니다.",
    ),
)
@click.argument("fault_name", metavar="[FAULT]", required=False, shell_complete=_injected)
@click.option("--all", "everything", is_flag=True, help=said("Every fault.", "모든 장애를 되돌립니다."))
@name_option
@options
def recover(fault_name: str | None, everything: bool, name: str) -> int:
    """Recovers one fault, or all."""
    from leadline.lab import injection
    from leadline.lab.lab import find

    lab = find(name)
    if everything and fault_name is not None:
        raise _both(fault_name)
    if everything:
        names = [each.name for each in injection.recover_all(lab)]
    else:
        names = [injection.recover(lab, fault_name or _only(lab)).name]
    if call().quiet:
        return 0
    for each in names:
        click.echo(said(f"fault {each} is taken back", f"{each} 장애를 되돌렸습니다"))
    if not names:
        click.echo(said(f"lab {name} has no fault", f"{name} 랩에 주입된 장애가 없습니다"))
    return 0


def _both(name: str) -> "UsageError":
    from leadline.base.errors import UsageError
    from leadline.base.text import Text

    return UsageError(
        Text(f"{name} and --all together; give one of them", f"{name}과(와) --all 중 하나만 지정하십시오")
    )


def _only(lab: "Lab") -> str:
    """The one fault that the lab has; raises UsageError where there are more, or none."""
    from leadline.base.errors import UsageError
    from leadline.base.text import Text
    from leadline.lab.injection import injected

    names = [each.name for each in injected(lab)]
    if len(names) == 1:
        return names[0]
    listed = ", ".join(names)
    raise UsageError(
        Text(
            f"lab {lab.name} has {len(names)} faults: {listed}; name one, or give --all",
            f"{lab.name} 랩에 장애가 {len(names)}개 있습니다: {listed}. 하나를 지정하거나 --all을 쓰십시오",
        )
        if names
        else Text(f"lab {lab.name} has no fault", f"{lab.name} 랩에 주입된 장애가 없습니다")
    )
