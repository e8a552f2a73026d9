import django.db.models.deletion
from django.db import migrations, models

import sosuckhoe.hospital.visits.compressed
from sosuckhoe.hospital.journal.append_only import close_tables


class Migration(migrations.Migration):
    dependencies = [
        ("staff", "0001_initial"),
        ("visits", "0004_check_ins"),
    ]

    operations = [
        migrations.CreateModel(
            name="HealthCheck",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("facility_code", models.CharField(max_length=5)),
                ("code", models.CharField(max_length=100)),
                ("number", models.PositiveIntegerField()),
                ("reason", models.CharField(blank=True, max_length=1000)),
                ("document", sosuckhoe.hospital.visits.compressed.CompressedBytes()),
                ("sha256", models.CharField(max_length=64)),
                ("made_on", models.DateTimeField(blank=True, null=True)),
                ("remarks", models.JSONField(blank=True, default=list)),
                ("by", models.CharField(max_length=150)),
                ("at", models.DateTimeField()),
                (
                    "facility",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="health_checks",
                        to="staff.facility",
                    ),
                ),
                (
                    "source_file",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="health_checks",
                        to="visits.sourcefile",
                    ),
                ),
            ],
            options={
                "ordering": ["-at", "-id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("facility", "code", "number"), name="health_checks_are_numbered"
                    )
                ],
            },
        ),
        close_tables(["visits_healthcheck"]),
    ]
