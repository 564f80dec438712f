"""Text for people, in English and Korean side by side."""

from typing import Literal

import msgspec

Lang = Literal["en", "ko"]


class Text(msgspec.Struct, frozen=True):
    """One sentence or word in both languages; `{name}` marks a place that `fill` fills in."""

    en: str
    ko: str

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
