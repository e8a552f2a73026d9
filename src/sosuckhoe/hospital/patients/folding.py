"""Folding a Vietnamese name, so that searching without marks finds it on every database."""

import unicodedata


def fold(text: str) -> str:
    """Lower case, no marks, one space between words: ``"Đặng  Thị HƯỜNG"`` gives ``"dang thi huong"``.

    Databases disagree here (SQLite keeps đ, its LIKE knows only ASCII letters), so the folded name is stored.
    """
    bare = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    kept = "".join(letter for letter in bare if not unicodedata.combining(letter))
    return " ".join(kept.lower().split())
