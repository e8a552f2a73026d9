from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("staff", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="person",
            name="portal_id",
            field=models.CharField(blank=True, max_length=12),
        ),
    ]
