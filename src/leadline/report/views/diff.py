"""What changed on hosts and why → a Document."""

from leadline.base.text import Text, same
from leadline.explain.explain import Explained, Explanation, Group, as_record
from leadline.report.document import Block, Callout, Cell, Column, Document, Figure, Figures, Heading, Table
from leadline.report.units import count
from leadline.report.views.sections import Part, glance, sections, stands_out, unexplained
from leadline.report.views.tables import sides
from leadline.report.views.words import CLASSES, KINDS

_NAMED_HOSTS = 6


def document(explanations: list[Explanation], *, expand: bool) -> Document:
    """The report of `leadline diff`. `expand`: with every member of every fold."""
    blocks: list[Block] = []
    if len(explanations) == 1:
        title = Text("What changed on {host}, and why", "{host}: 무엇이 왜 바뀌었는가").fill(
            host=explanations[0].host
        )
        blocks += _host(explanations[0], expand=expand)
    else:
        number = count(len(explanations))
        title = Text("What changed on {n} hosts, and why", "호스트 {n}대: 무엇이 왜 바뀌었는가").fill(
            n=number
        )
        blocks += _fleet(explanations, expand=expand)
    blocks += _problems(explanations)
    return Document(title, tuple(blocks), lambda: as_record(explanations))


def _host(explanation: Explanation, *, expand: bool) -> list[Block]:
    part = Part(
        (explanation.host,),
        explanation.changes,
        {group.id: group for group in explanation.groups},
        {},
    )
    lost = [each for each in explanation.changes if each.class_ == "unknown"]
    return [
        *_summary([explanation]),
        *unexplained(lost),
        *glance(part),
        *sections(part, expand=expand),
    ]


def _summary(explanations: list[Explanation]) -> list[Block]:
    """The figures, and the sentence that says whether everything has a cause."""
    total = sum(len(each.changes) for each in explanations)
    if total == 0 and any(each.problems for each in explanations):
        return [
            Callout(
                "note",
                Text(
                    "No change was found; what stands below may have hidden some.",
                    "바뀐 것을 찾지 못했습니다. 다만 아래 문제 때문에 보이지 않는 변경이 있을 수 있습니다.",
                ),
            )
        ]
    if total == 0:
        return [Callout("good", Text("Nothing changed.", "바뀐 것이 없습니다."))]
    kinds = {kind: sum(each.count(kind=kind) for each in explanations) for kind in KINDS}
    classes = {name: sum(each.count(class_=name) for each in explanations) for name in CLASSES}
    lost = classes["unknown"]
    figures = [Figure(number, KINDS[kind]) for kind, number in kinds.items()]
    figures += [
        Figure(number, CLASSES[name], ("bad" if lost else "good") if name == "unknown" else "plain")
        for name, number in classes.items()
    ]
    said = (
        Callout(
            "bad",
            Text(
                "{lost} of {total} changes have no known cause; they come first.",
                "변경 {total}건 가운데 {lost}건은 원인을 알 수 없습니다. 먼저 보여 드립니다.",
            ).fill(lost=count(lost), total=count(total)),
        )
        if lost
        else Callout(
            "good",
            Text("All {total} changes have a cause.", "변경 {total}건 모두 원인이 있습니다.").fill(
                total=count(total)
            ),
        )
    )
    return [Figures(tuple(figures)), said]


def _fleet(explanations: list[Explanation], *, expand: bool) -> list[Block]:
    columns = (
        Column(Text("host", "호스트"), "name"),
        *(Column(text, "number") for text in KINDS.values()),
        *(Column(text, "number") for text in CLASSES.values()),
        Column(Text("problems", "문제"), "number"),
    )
    rows = []
    for each in explanations:
        row: tuple[Cell, ...] = (
            each.host,
            *(each.count(kind=kind) for kind in KINDS),
            *(each.count(class_=name) for name in CLASSES),
            len(each.problems),
        )
        rows.append(row)
    blocks: list[Block] = [
        *_summary(explanations),
        Heading(Text("Hosts", "호스트")),
        Table(columns, tuple(rows)),
    ]
    parts = _parts(explanations)
    for part in parts:
        lost = [each for each in part.changes if each.class_ == "unknown"]
        if lost:
            blocks += [Heading(_hosts(part.hosts, len(explanations)), 1), *unexplained(lost)]
    for part in parts:
        if any(each.class_ != "unknown" for each in part.changes):
            blocks += [
                Heading(_hosts(part.hosts, len(explanations)), 1),
                *glance(part),
                *sections(part, expand=expand),
            ]
    return blocks


def _hosts(hosts: tuple[str, ...], of: int) -> Text:
    if len(hosts) == of:
        return Text("On all {n} hosts", "모든 호스트({n}대)의 변경").fill(n=count(of))
    if len(hosts) == 1:
        return Text("Only on {host}", "{host}에만 있는 변경").fill(host=hosts[0])
    listed = ", ".join(hosts[:_NAMED_HOSTS])
    if (more := len(hosts) - _NAMED_HOSTS) > 0:
        return Text("On {listed} and {n} more", "{listed} 외 {n}대의 변경").fill(listed=listed, n=count(more))
    return Text("On {listed}", "{listed}의 변경").fill(listed=listed)


def _parts(explanations: list[Explanation]) -> list[Part]:
    """Changes by the set of hosts that have them, the largest set first. Groups count as one change:
    what they fold has names born random, so its members differ between hosts by nature."""
    holders: dict[tuple[object, ...], dict[str, list[Explained]]] = {}
    groups: dict[str, Group] = {}
    for explanation in explanations:
        groups.update({group.id: group for group in explanation.groups})
        for each in explanation.changes:
            holders.setdefault(_sign(each), {}).setdefault(explanation.host, []).append(each)
    order = [explanation.host for explanation in explanations]
    changes: dict[tuple[str, ...], list[Explained]] = {}
    members: dict[tuple[str, ...], dict[str, dict[str, int]]] = {}
    for sign, found in holders.items():
        hosts = tuple(host for host in order if host in found)
        if sign[0] == "group":
            changes.setdefault(hosts, []).extend(each for have in found.values() for each in have)
            counts = {host: len(have) for host, have in found.items()}
            members.setdefault(hosts, {})[str(sign[1])] = counts
        else:
            changes.setdefault(hosts, []).append(found[hosts[0]][0])
    return [
        Part(hosts, tuple(changes[hosts]), groups, members.get(hosts, {}))
        for hosts in sorted(
            changes, key=lambda hosts: (-len(hosts), [order.index(host) for host in hosts[:1]])
        )
    ]


def _sign(each: Explained) -> tuple[object, ...]:
    """What makes changes on two hosts the same to a reader."""
    alone = stands_out(each)
    if each.group is not None and not alone:
        return "group", each.group
    change, value = each.change, sides(each)
    why = each.cause.why.en if each.cause is not None else None
    # A value that moves by itself is different everywhere; that it moves is the same.
    shown = None if each.class_ == "runtime" and not alone else (value.before, value.after)
    return "change", change.fact, change.key, change.kind, each.class_, shown, why


def _problems(explanations: list[Explanation]) -> list[Block]:
    """What could not be read or compared, and where."""
    texts: dict[tuple[str, str, str], Text] = {}
    for explanation in explanations:
        for each in explanation.problems:
            where = each.file + (
                f":{each.problem.line}" if each.file and each.problem.line is not None else ""
            )
            key = (each.host, where, each.problem.text.en)
            texts[key] = each.problem.text
    if not texts:
        return []
    several = len(explanations) > 1
    columns = [Column(Text("where", "위치"), "name"), Column(Text("problem", "문제"))]
    if several:
        columns.insert(0, Column(Text("host", "호스트"), "name"))
    listed: list[tuple[Cell, ...]] = []
    for (host, where, _), text in texts.items():
        cells: tuple[Cell, ...] = (where or "-", text)
        listed.append((host, *cells) if several else cells)
    heading = Heading(
        Text("Could not be read or compared", "읽거나 비교하지 못한 것"), 2, same(count(len(listed)))
    )
    return [heading, Table(tuple(columns), tuple(listed))]
