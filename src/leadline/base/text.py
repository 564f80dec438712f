"""Text for people, in English and Korean side by side."""

import re
from typing import Literal

import msgspec

Lang = Literal["en", "ko"]


# a particle written for both kinds of sound, behind a Korean letter or a digit: only there is the sound sure
_PARTICLE = re.compile(r"([가-힣0-9])(이\(가\)|을\(를\)|은\(는\)|와\(과\)|과\(와\)|\(으\)로)")
_FORMS = {
    "이(가)": ("이", "가"),
    "을(를)": ("을", "를"),
    "은(는)": ("은", "는"),
    "와(과)": ("과", "와"),
    "과(와)": ("과", "와"),
    "(으)로": ("으로", "로"),
}
_SOUNDS = dict(zip("0123456789", "영일이삼사오육칠팔구", strict=True))
_FINALS = 28
_RIEUL = 8


def _fitting(found: re.Match[str]) -> str:
    last, particle = found[1], found[2]
    final = (ord(_SOUNDS.get(last, last)) - ord("가")) % _FINALS
    closed = final != 0 and not (particle == "(으)로" and final == _RIEUL)
    return last + _FORMS[particle][0 if closed else 1]


class Text(msgspec.Struct, frozen=True):
    """One sentence or word in both languages; `{name}` marks a place that `fill` fills in.

    A Korean particle behind a place is written in both forms, `{name}이(가)`; behind what a place was filled
    with, the fitting form is left where the sound of its end is known.
    """

    en: str
    ko: str

    def __post_init__(self) -> None:
        if "(" in self.ko and (fitted := _PARTICLE.sub(_fitting, self.ko)) != self.ko:
            msgspec.structs.force_setattr(self, "ko", fitted)

    def __getitem__(self, lang: Lang) -> str:
        return self.ko if lang == "ko" else self.en

    def fill(self, **values: object) -> "Text":
        """Both languages with their places filled; a Text among the values goes in in its own language."""
        if not values:
            return self

        def side(template: str, lang: Lang) -> str:
            return template.format_map(
                {name: value[lang] if isinstance(value, Text) else value for name, value in values.items()}
            )

        return Text(side(self.en, "en"), side(self.ko, "ko"))


def same(word: str) -> Text:
    """A name that is the same in both languages."""
    return Text(word, word)
