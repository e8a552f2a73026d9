"""The examples in the docstrings of the display module are true."""

import doctest

from sosuckhoe.healthbook.book import display


def test_examples_in_docstrings_hold() -> None:
    assert doctest.testmod(display).failed == 0
