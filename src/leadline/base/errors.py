"""The errors a user can meet. Each is one sentence in both languages: what, where, what to do.

LeadlineError
├── UsageError      the call or the input cannot be used as given
├── ParseError      a text is not what its name says, or is damaged beyond a safe reading
│   └── OtherTextError   it is another command's, or none's
└── HostError       a host could not be reached, or refused
"""

from leadline.base.text import Text


class LeadlineError(Exception):
    """An expected error, shown to the user as its sentence and never as a traceback."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


class UsageError(LeadlineError):
    """The call or its input cannot be used as given."""


class ParseError(LeadlineError):
    """A recorded text that has no safe reading; `line` counts from 1, None means the text as a whole."""

    def __init__(self, text: Text, line: int | None = None) -> None:
        super().__init__(text)
        self.line = line


class OtherTextError(ParseError):
    """A text that is not the output of the command at all, so more of it would not help."""


class HostError(LeadlineError):
    """A host could not be reached, or refused what was asked."""
