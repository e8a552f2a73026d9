"""A number's docstring is its specification, so its examples must be true."""

import doctest
import importlib
import pkgutil

import pytest

from sosuckhoe.healthbook import identifiers

NAMES = [module.name for module in pkgutil.iter_modules(identifiers.__path__)]
FORMATS = sorted(set(NAMES) - {"not_valid", "scanned", "recognition"})


@pytest.mark.parametrize("name", NAMES)
def test_the_examples_of_the_docstring_hold(name):
    module = importlib.import_module(f"{identifiers.__name__}.{name}")
    result = doctest.testmod(module)
    assert result.failed == 0 and result.attempted > 0


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_offers_the_same_four_functions(name):
    module = importlib.import_module(f"{identifiers.__name__}.{name}")
    assert all(
        callable(getattr(module, function)) for function in ("compact", "validate", "is_valid", "format")
    )
    assert len(module.__doc__.splitlines()) > 3
