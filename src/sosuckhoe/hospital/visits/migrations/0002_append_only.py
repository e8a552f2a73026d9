from django.db import migrations

from sosuckhoe.hospital.journal.append_only import close_tables


class Migration(migrations.Migration):
    dependencies = [("visits", "0001_initial")]
    operations = [close_tables(["visits_recordversion"])]
