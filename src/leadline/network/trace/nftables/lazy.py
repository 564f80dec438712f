"""Rules that are compiled when a packet gets that far."""

from leadline.network.sight import Answer, Rule, Sight, Unknown
from leadline.network.trace.nftables.expressions import Expression, Named, plain
from leadline.network.trace.nftables.kinds import Value
from leadline.network.trace.nftables.statements import compiled

_ELSEWHERE = frozenset("{@!=<>&|^(.,")
_OPERATORS = frozenset(("/", "-", "and", "or", "xor", "vmap", "map", "set"))
_BARE = ("iifname", "oifname", "iif", "oif")


class LazyRule(Rule):
    """A rule of a long chain. Most of those end with their first match, a plain value: that alone is read first, and
    the whole where it matches or is something else. `matches` and `steps` are made when they are asked for."""

    __slots__ = ("_first", "_named")

    def __init__(self, cite: str, number: int, named: Named) -> None:
        self.cite = cite
        self.number = number
        self._named = named

    def __getattr__(self, name: str) -> object:
        if name == "_first":
            self._first = _first(self.cite)
            return self._first
        if name not in ("matches", "steps"):
            raise AttributeError(name)
        self.matches, self.steps = compiled(self.cite, self._named)
        return getattr(self, name)

    def __call__(self, seen: Sight) -> Answer:
        if (first := self._first) is not None:
            of, low, high = first
            value = of.read(seen)
            if value is None or (value.__class__ is not Unknown and not low <= value <= high):
                return False
        return super().__call__(seen)


def _first(text: str) -> tuple[Expression, Value, Value] | None:
    """The first match of a rule with its first and last value, where it is a selector and one plain value."""
    words = text.split(" ", 4)
    count = 1 if words[0] in _BARE else 2
    if len(words) < count + 2 or words[count][0] in _ELSEWHERE or words[count + 1][0] in _ELSEWHERE:
        return None
    word, after = words[count], words[count + 1]
    of = plain(" ".join(words[:count]))
    if of is None or of.kind.flags or word.endswith(",") or {word, after} & _OPERATORS:
        return None
    try:
        return of, *of.kind.span(word)
    except ValueError:
        return None
