"""Changes → sections by fact, in the order in which people read a host: what stands out, then what folds."""

from collections.abc import Iterable

import msgspec

from leadline.base.text import Text, same
from leadline.explain.explain import Explained, Group
from leadline.facts.catalogue import sources
from leadline.report.cells import SIGNS
from leadline.report.document import Block, Column, Fold, Heading, Items, Sign, Table, Tag
from leadline.report.units import count, growth
from leadline.report.views import tables
from leadline.report.views.words import CLASSES, KINDS, author, certainty, class_tag, reasons

# The five outputs that people compare by hand come first, in their order; what is not named here follows by name.
ORDER = (
    "ip_addr", "ss", "df", "findmnt", "sysctl", "sysctl_conf",
    "iptables", "ip6tables", "nft", "firewalld", "ufw", "ipset", "ipvs",
    "ip_route", "ip_rule", "ip_neigh", "bridge_fdb", "bridge_link", "bridge_vlan",
    "services", "unit_files", "processes", "modules", "packages", "crictl_pods", "crictl_ps",
)  # fmt: skip
_SINGLES = 12


class Part(msgspec.Struct, frozen=True):
    """Changes to show together: of one host, or the same ones of several. `members`: for each group, how
    many changes it folds on each host."""

    hosts: tuple[str, ...]
    changes: tuple[Explained, ...]
    groups: dict[str, Group]
    members: dict[str, dict[str, int]]


def title(fact: str) -> Text:
    """What a person calls a fact."""
    source = sources().get(fact)
    said = source.title if source is not None else same(fact)
    return Text(said.en[:1].upper() + said.en[1:], said.ko)


def by_fact(changes: Iterable[Explained]) -> dict[str, list[Explained]]:
    """The changes of each fact, in reading order."""
    found: dict[str, list[Explained]] = {}
    for each in changes:
        found.setdefault(each.change.fact, []).append(each)
    place = {fact: position for position, fact in enumerate(ORDER)}
    return {fact: found[fact] for fact in sorted(found, key=lambda fact: (place.get(fact, len(place)), fact))}


def unexplained(changes: list[Explained]) -> list[Block]:
    """Each change without a cause, by fact: the raw key, before → after."""
    if not changes:
        return []
    blocks: list[Block] = [Heading(Text("Unexplained", "설명되지 않은 변경"), 2, same(count(len(changes))))]
    for fact, members in by_fact(changes).items():
        blocks += [Heading(title(fact), 3, _counts(members)), tables.table(fact, members)]
    return blocks


def sections(part: Part, *, expand: bool) -> list[Block]:
    """One section per fact: single changes with their reasons, then the folds."""
    blocks: list[Block] = []
    for fact, changes in by_fact(each for each in part.changes if each.class_ != "unknown").items():
        blocks.append(Heading(title(fact), 2, _counts(changes)))
        single = [each for each in changes if stands_out(each)]
        folded = [each for each in changes if not stands_out(each)]
        derived = [each for each in folded if each.group is None and each.class_ == "derived"]
        if len(derived) <= _SINGLES:
            single, derived = single + derived, []
        if fact == "df":
            single.sort(key=_growth, reverse=True)
        if single:
            blocks.append(tables.table(fact, single))
            blocks.append(Items(reasons(single, every=expand)))
        blocks += _folds(part, [each for each in folded if each.class_ != "runtime"], expand=expand)
        if derived:
            blocks.append(
                _fold(
                    Text("follow from other changes", "다른 변경에서 파생된 항목"), derived, "", expand=expand
                )
            )
        moving = [each for each in folded if each.class_ == "runtime"]
        if moving:
            said = Text("counters and samples of a running host", "실행 중에 스스로 변하는 값")
            blocks.append(_fold(said, moving, "", expand=expand))
    return blocks


def stands_out(each: Explained) -> bool:
    """Whether a change is shown by itself: what was decided, and how each filesystem filled up (that is
    what people compare df for, although use moves by itself)."""
    if each.group is not None:
        return False
    return each.class_ == "config" or (each.change.fact == "df" and each.change.kind == "changed")


def _counts(changes: list[Explained]) -> Text:
    """`3 added, 1 changed`."""
    kinds = {kind: sum(each.change.kind == kind for each in changes) for kind in KINDS}
    return Text(
        ", ".join(f"{count(number)} {KINDS[kind].en}" for kind, number in kinds.items() if number),
        ", ".join(f"{KINDS[kind].ko} {count(number)}" for kind, number in kinds.items() if number),
    )


def _folds(part: Part, changes: list[Explained], *, expand: bool) -> list[Fold]:
    folded: dict[str, list[Explained]] = {}
    for each in changes:
        if each.group is not None:
            folded.setdefault(each.group, []).append(each)
    folds = []
    for name, members in folded.items():
        group = part.groups[name]
        said = group.title
        if len(part.hosts) > 1:
            each_host = part.members[name]
            low, high = min(each_host.values()), max(each_host.values())
            spread = count(low) if low == high else f"{count(low)}–{count(high)}"
            said = Text("{title} ({spread} on each host)", "{title}(호스트마다 {spread}개)").fill(
                title=said, spread=spread
            )
        folds.append(_fold(said, members, group.kind, expand=expand))
    return folds


def _fold(said: Text, members: list[Explained], sign: str, *, expand: bool) -> Fold:
    fact = members[0].change.fact
    whys = list({each.cause.why: each for each in members if each.cause is not None}.values())
    authors = {author(each.cause): each.cause for each in members if each.cause is not None}
    components = dict.fromkeys(cause.component for cause in authors.values())
    tags = [Tag(same(", ".join(components)))] if components else []
    tags += [class_tag(class_) for class_ in dict.fromkeys(each.class_ for each in members)]
    if members[0].class_ != "runtime":
        tags += list({certainty(cause).text: certainty(cause) for cause in authors.values()}.values())
    text = None
    if members[0].class_ != "runtime" and whys and (cause := whys[0].cause) is not None:
        text = cause.why if len(whys) == 1 else Text("For example: {why}", "예: {why}").fill(why=cause.why)
    if fact == "findmnt" and (sizes := _sizes(members)):
        said = Text("{title}: {sizes}", "{title}: {sizes}").fill(title=said, sizes=sizes)
    blocks: tuple[Block, ...] = ()
    if expand:
        blocks = (tables.table(fact, members), Items(reasons(members, every=False)))
    mark: Sign = sign if sign in ("added", "removed", "changed") else ""  # type: ignore[assignment]
    return Fold(said, len(members), mark, tuple(tags), text, blocks)


def _sizes(members: list[Explained]) -> str:
    """How large the folded mounts may become: `5 × 23.4 GiB, 2 × 300 MiB`."""
    sizes: dict[str, int] = {}
    for each in members:
        if (size := tables.mount_size(each.change.entry)) is not None:
            sizes[size] = sizes.get(size, 0) + 1
    return ", ".join(f"{number} × {size}" for size, number in sizes.items())


def _growth(each: Explained) -> int:
    before, after = each.change.before, each.change.after
    if before is None or after is None or None in (before.used, after.used):
        return 0
    return int(after.used - before.used)


def glance(part: Part) -> list[Block]:
    """The whole host in a few lines: per fact, the names that matter and the folds with their counts."""
    rows = []
    for fact, changes in by_fact(part.changes).items():
        single = [each for each in changes if stands_out(each) and each.class_ != "unknown"]
        folded = [each for each in changes if not stands_out(each)]
        groups: dict[str, int] = {}
        for each in folded:
            if each.group is not None and each.class_ != "runtime":
                groups[each.group] = groups.get(each.group, 0) + 1
        said = [*_headline(fact, single)]
        said += [
            Text("{n} {title}", "{title} {n}").fill(n=count(number), title=part.groups[name].title)
            for name, number in groups.items()
        ]
        moving = sum(each.class_ == "runtime" for each in folded)
        lost = sum(each.class_ == "unknown" for each in changes)
        if moving:
            said.append(Text("{n} moving by themselves", "스스로 변하는 값 {n}").fill(n=count(moving)))
        if lost:
            said.append(Text("{n} unexplained", "미설명 {n}").fill(n=count(lost)))
        if not said:
            said = [
                Text("{n} {class_}", "{class_} {n}").fill(
                    n=count(len(changes)), class_=CLASSES[changes[0].class_]
                )
            ]
        rows.append(
            (title(fact), Text("; ".join(each.en for each in said), "; ".join(each.ko for each in said)))
        )
    columns = (Column(Text("", "")), Column(Text("", "")))
    return [Heading(Text("At a glance", "한눈에 보기")), Table(columns, tuple(rows))] if rows else []


def _headline(fact: str, single: list[Explained]) -> list[Text]:
    if fact == "ss":
        open_ = sorted(
            {
                each.change.entry.port
                for each in single
                if each.exposure == "everywhere" and each.change.kind == "added"
            }
        )
        said = []
        if open_:
            ports = ", ".join(str(port) for port in open_)
            said.append(
                Text("now reachable on every address: {ports}", "모든 주소에서 새로 접근 가능: {ports}").fill(
                    ports=ports
                )
            )
        odd = sum(each.cause is not None and each.cause.usual is False for each in single)
        if odd:
            said.append(Text("{n} bound unusually", "이례적인 바인딩 {n}").fill(n=odd))
        rest = len(single) - sum(
            each.exposure == "everywhere" and each.change.kind == "added" for each in single
        )
        if rest:
            said.append(Text("{n} more", "그 외 {n}").fill(n=rest) if open_ else same(count(rest)))
        return said
    if fact == "df":
        grown = [(each.change.key, by) for each in single if (by := _growth(each)) != 0]
        grown.sort(key=lambda pair: pair[1], reverse=True)
        return [same(f"{mount} {growth(by)}") for mount, by in grown[:4]]
    if not single:
        return []
    shown = ", ".join(
        f"{SIGNS[each.change.kind]}{each.change.key}" for each in single[:5] if len(each.change.key) < 60
    )
    if len(single) > 5 or not shown:
        more = Text("{n} settled by a component", "구성 요소의 설정 {n}").fill(n=count(len(single)))
        return [more if not shown else Text(f"{shown} … {len(single)}", f"{shown} … {len(single)}")]
    return [same(shown)]
