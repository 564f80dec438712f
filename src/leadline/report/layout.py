"""How wide columns are and where lines break, in the cells that characters take on a terminal."""

from rich.cells import cell_len

from leadline.report.document import Column

GAP = 2
"""Cells between two columns."""

_BREAKS = "/.,:-_= "


def column_widths(
    columns: tuple[Column, ...], titles: list[str], texts: list[list[str]], room: int
) -> list[int] | None:
    """How wide each column is; None where the rows are better stacked than squeezed."""
    widths = [
        max([cell_len(title), *(cell_len(row[position]) for row in texts)])
        for position, title in enumerate(titles)
    ]
    room -= sum(1 if column.kind == "mark" else GAP for column in columns[:-1])
    if sum(widths) <= room:
        return widths
    flexible = [position for position, column in enumerate(columns) if column.kind in ("text", "value")]
    fixed = sum(width for position, width in enumerate(widths) if position not in flexible)
    least = [min(widths[position], _least(columns[position], widths[position])) for position in flexible]
    left = room - fixed
    if not flexible or left < sum(least):
        return None
    # The narrow columns keep their width; what is left is shared by the wide ones.
    shares = dict(zip(flexible, least, strict=True))
    spare = left - sum(least)
    while spare > 0 and (hungry := [each for each in flexible if shares[each] < widths[each]]):
        step = max(1, spare // len(hungry))
        for position in hungry:
            grant = min(step, widths[position] - shares[position], spare)
            shares[position] += grant
            spare -= grant
    return [shares.get(position, width) for position, width in enumerate(widths)]


def _least(column: Column, width: int) -> int:
    """How narrow a column may become: prose needs room to be read, values less."""
    if column.kind == "text":
        return 12 if width <= 60 else 30
    return 14


def wrap(text: str, width: int) -> list[str]:
    """Lines of at most `width` cells, broken at spaces; a longer word is folded after a sign such as `/`."""
    if cell_len(text) <= width:
        return [text]
    lines: list[str] = []
    current = ""
    for each in text.split(" "):
        candidate = f"{current} {each}" if current else each
        if cell_len(candidate) <= width:
            current = candidate
            continue
        if current:
            lines.append(current)
        *full, current = _folded(each, width)
        lines += full
    return [*lines, current]


def _folded(long: str, width: int) -> list[str]:
    """A word in pieces of at most `width` cells."""
    pieces = []
    while cell_len(long) > width:
        cut, used = 0, 0
        while cut < len(long) and (used := used + cell_len(long[cut])) <= width:
            cut += 1
        soft = max((long.rfind(sign, 0, cut) for sign in _BREAKS), default=-1) + 1
        cut = soft if soft > cut // 2 else max(cut, 1)
        pieces.append(long[:cut])
        long = long[cut:]
    return [*pieces, long]
