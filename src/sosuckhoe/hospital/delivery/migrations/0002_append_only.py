from django.db import migrations

from sosuckhoe.hospital.delivery.guards import require_receipts
from sosuckhoe.hospital.journal.append_only import close_tables


class Migration(migrations.Migration):
    dependencies = [("delivery", "0001_initial")]
    operations = [close_tables(["delivery_signeddocument", "delivery_receipt"]), require_receipts()]
