import json
from typing import Any

from django.db import migrations

CHUNK = 200


def read_stored(apps: Any, schema_editor: Any) -> None:
    """What is stored says its own number. Bytes that a restore lost, or that are no message, say none."""
    document, hub_message = (apps.get_model("delivery", name) for name in ("SignedDocument", "HubMessage"))
    stored = document.objects.filter(submission__health_check__isnull=False, size__gt=0)
    found = []
    for pk, content in stored.order_by("pk").values_list("pk", "content").iterator(chunk_size=CHUNK):
        try:
            found.append(
                hub_message(document_id=pk, msg_id=str(json.loads(content)["header"]["msg_id"])[:100])
            )
        except (ValueError, KeyError, TypeError):
            continue
    hub_message.objects.bulk_create(found, batch_size=CHUNK)


class Migration(migrations.Migration):
    dependencies = [("delivery", "0013_hub_message_ids")]
    operations = [migrations.RunPython(read_stored, migrations.RunPython.noop)]
