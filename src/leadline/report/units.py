"""Numbers and sizes as people read them."""


def count(number: int) -> str:
    """1036 → `1,036`."""
    return f"{number:,}"


def size(octets: int) -> str:
    """Bytes → `2.4 GiB`: three figures at most, exact below 1 KiB."""
    amount = float(abs(octets))
    unit = "B"
    for unit in ("B", "KiB", "MiB", "GiB", "TiB", "PiB"):
        if amount < 1024 or unit == "PiB":
            break
        amount /= 1024
    shown = f"{amount:.0f}" if unit == "B" or amount >= 100 else f"{amount:.1f}"
    return f"{'−' if octets < 0 else ''}{shown.removesuffix('.0')} {unit}"


def growth(octets: int) -> str:
    """A difference of bytes with its sign: `+2.4 GiB`."""
    return size(octets) if octets <= 0 else f"+{size(octets)}"
