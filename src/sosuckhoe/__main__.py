"""``python -m sosuckhoe``: the same command as ``sosuckhoe``."""

from sosuckhoe.cli import main

raise SystemExit(main())
