"""A column of bytes that is small on the disk and whole in the hand."""

import zlib
from typing import Any

from django.db import models


class CompressedBytes(models.BinaryField):
    """Bytes, stored compressed: a visit's file shrinks six-fold, and the disk is what bounds durable writing.

    What was damaged on the disk and cannot be unpacked comes as it is stored: its hash tells, and one damaged row does
    not stop whoever reads many.
    """

    def get_prep_value(self, value: Any) -> Any:
        return None if value is None else zlib.compress(bytes(value), 1)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> bytes | None:
        if value is None:
            return None
        try:
            return zlib.decompress(bytes(value))
        except zlib.error:
            return bytes(value)
