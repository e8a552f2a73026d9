from django.db import migrations

from sosuckhoe.hospital.journal.append_only import close_tables


class Migration(migrations.Migration):
    dependencies = [("journal", "0001_initial")]
    operations = [close_tables(["journal_entry"])]
