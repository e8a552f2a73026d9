"""Finding by words as people type them, with or without marks."""

import unicodedata


def holds(text: str, words: str) -> bool:
    """Whether the words stand in the text, side by side.

    >>> holds("Chứng thư bị thu hồi", "thu hoi"), holds("Chứng thư", "đăng nhập")
    (True, False)
    """
    return " ".join(bare(words).split()) in bare(text)


def bare(text: str) -> str:
    apart = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(letter for letter in apart if not unicodedata.combining(letter))
