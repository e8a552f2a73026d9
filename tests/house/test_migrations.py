"""The tables are what the migrations make: a changed model without its migration is found here."""

import os
import subprocess
import sys

import pytest


@pytest.mark.parametrize("side", ["hospital", "simulator"])
def test_no_model_is_without_its_migration(side, tmp_path):
    found = subprocess.run(
        [sys.executable, "-m", "django", "makemigrations", "--check", "--dry-run"],
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": f"sosuckhoe.{side}.config.settings",
            "SOSUCKHOE_HOME": str(tmp_path),
            "SOSUCKHOE_SIMULATOR_HOME": str(tmp_path),
        },
        capture_output=True,
        text=True,
    )
    assert found.returncode == 0, found.stdout + found.stderr
