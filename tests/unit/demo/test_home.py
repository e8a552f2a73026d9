"""The demo empties its own folder only."""

from pathlib import Path

import pytest

from sosuckhoe.demo.home import DemoHome, HomeInUse, HomeNotOurs


def test_a_folder_with_other_data_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(HomeNotOurs), DemoHome(tmp_path).fresh():
        pass
    assert (tmp_path / "thesis.txt").read_text() == "mine"


def test_what_an_earlier_demo_left_is_removed(tmp_path: Path) -> None:
    home = DemoHome(tmp_path / "demo")
    with home.fresh():
        (home.hospital / "hospital.sqlite3").write_text("old")
        home.proof.write_text("{}")
    with home.fresh():
        assert list(home.hospital.iterdir()) == []
        assert not home.proof.exists()


def test_a_link_inside_is_removed_and_what_it_points_at_stays(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept.txt").write_text("kept")
    home = DemoHome(tmp_path / "demo")
    with home.fresh():
        (home.path / "link").symlink_to(outside, target_is_directory=True)
    with home.fresh():
        assert not (home.path / "link").exists()
    assert (outside / "kept.txt").read_text() == "kept"


def test_two_demos_do_not_share_a_folder(tmp_path: Path) -> None:
    home = DemoHome(tmp_path / "demo")
    with home.fresh(), pytest.raises(HomeInUse), DemoHome(tmp_path / "demo").fresh():
        pass
