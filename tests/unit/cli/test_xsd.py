"""``sosuckhoe standard xsd``: a schema on the screen or in a file, of the edition of the day asked."""

import argparse

import pytest
from lxml import etree

from sosuckhoe.cli import xsd


@pytest.fixture
def run():
    parser = argparse.ArgumentParser()
    xsd.add_to(parser.add_subparsers(required=True))

    def call(*arguments):
        options = parser.parse_args(["xsd", *arguments])
        return options.run(options)

    return call


def names(schema):
    return schema.xpath("//xs:element/@name", namespaces={"xs": "http://www.w3.org/2001/XMLSchema"})


def test_the_schema_is_that_of_the_day(run, capsys):
    assert run("XML13", "--as-of", "2024-11-01") == 0
    before = names(etree.fromstring(capsys.readouterr().out.encode()))
    assert run("XML13", "--as-of", "2026-09-01") == 0
    after = names(etree.fromstring(capsys.readouterr().out.encode()))
    assert "MA_NOI_DI" in before and "MA_CSKCB_DI" not in before
    assert "MA_CSKCB_DI" in after and "MA_NOI_DI" not in after


def test_the_schema_goes_to_a_file_that_validates(run, tmp_path):
    assert run("XML1", "--as-of", "2026-09-01", "--to", str(tmp_path / "xml1.xsd")) == 0
    assert etree.XMLSchema(etree.parse(tmp_path / "xml1.xsd")) is not None


@pytest.mark.parametrize("asked", [("XML99",), ("XML1", "--as-of", "2020-01-01")])
def test_a_table_or_day_without_a_standard_is_said(run, capsys, asked):
    assert run(*asked) == 2
    assert capsys.readouterr().err.count("\n") == 1
