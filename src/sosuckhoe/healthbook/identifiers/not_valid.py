"""Why a number is refused: always its form, never a guess about the person."""

from collections.abc import Callable
from dataclasses import dataclass


class NotValid(ValueError):
    """The text is not such a number. ``str()`` is the sentence for the person who typed it."""

    code = "NOT-VALID"

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class WrongLength(NotValid):
    """Too few or too many characters."""

    code = "WRONG-LENGTH"


class WrongCharacters(NotValid):
    """Characters that such a number never has."""

    code = "WRONG-CHARACTERS"


class WrongShape(NotValid):
    """The right characters in an impossible order, or filler."""

    code = "WRONG-SHAPE"


@dataclass(frozen=True, slots=True)
class Hint:
    """Something worth a second look. It never blocks: the paper in the hand is right more often than we are."""

    code: str
    sentence: str


def accepted_by(validate: Callable[[str], object]) -> Callable[[str], bool]:
    """The ``is_valid`` that asks this ``validate``."""

    def is_valid(text: str) -> bool:
        """Whether ``validate`` accepts it."""
        try:
            validate(text)
        except NotValid:
            return False
        return True

    return is_valid


def ascii_digits(number: str) -> bool:
    """Only 0-9: full-width and Arabic-Indic digits look right and match nothing.

    >>> ascii_digits("099"), ascii_digits("０９９"), ascii_digits("")
    (True, False, False)
    """
    return number.isascii() and number.isdigit()


def without_separators(text: str) -> str:
    """The number without the blanks, dots and hyphens that people write between groups.

    >>> without_separators(" 099 090-000.001 ")
    '099090000001'
    """
    return "".join(text.split()).replace(".", "").replace("-", "")
