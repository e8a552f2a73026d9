"""Whether check-ins are sent was typed as a word once, and every word counted as yes: what was typed is kept as it was meant."""

import re
from typing import Any
from unicodedata import normalize

from django.db import migrations

NO = {"no", "không", "khong", "ko", "k", "false", "tắt", "tat", "off", "0"}
YES = {"yes", "có", "co", "true", "bật", "bat", "on", "1"}


def meant(typed: str) -> bool | None:
    """What a word says; None where nobody can tell, and then it counts as it did."""
    word = re.match(r"\w*", normalize("NFC", typed).strip().casefold())
    first = word[0] if word else ""
    return False if first in NO or not typed.strip() else True if first in YES else None


def read_what_was_typed(apps: Any, schema_editor: Any) -> None:
    for row in apps.get_model("visits", "HospitalPolicy").objects.filter(name="check_ins_are_sent"):
        value = meant(row.value) if isinstance(row.value, str) else None
        if value is not None:
            row.value = value
            row.save(update_fields=["value"])


class Migration(migrations.Migration):
    dependencies = [("visits", "0007_withheld")]
    operations = [migrations.RunPython(read_what_was_typed, migrations.RunPython.noop)]
