import django.db.models.deletion
from django.db import migrations, models

import sosuckhoe.hospital.visits.compressed
from sosuckhoe.hospital.journal.append_only import close_tables


class Migration(migrations.Migration):
    dependencies = [
        ("patients", "0001_initial"),
        ("staff", "0001_initial"),
        ("visits", "0003_catalogues"),
    ]

    operations = [
        migrations.CreateModel(
            name="CheckIn",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("facility_code", models.CharField(max_length=5)),
                ("visit_code", models.CharField(max_length=100)),
                (
                    "stage",
                    models.CharField(
                        choices=[("arrival", "Vào khám"), ("admission", "Vào điều trị")], max_length=10
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("arrived_at", models.DateTimeField(blank=True, null=True)),
                ("row_json", sosuckhoe.hospital.visits.compressed.CompressedBytes()),
                ("sha256", models.CharField(max_length=64)),
                ("edition_id", models.CharField(max_length=20)),
                ("by", models.CharField(max_length=150)),
                ("at", models.DateTimeField()),
                (
                    "facility",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="check_ins",
                        to="staff.facility",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="check_ins",
                        to="patients.patient",
                    ),
                ),
                (
                    "source_file",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="check_ins",
                        to="visits.sourcefile",
                    ),
                ),
            ],
            options={
                "ordering": ["-at", "-id"],
                "indexes": [models.Index(fields=["visit_code"], name="visits_chec_visit_c_f06084_idx")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("facility", "visit_code", "stage", "number"), name="a_stage_is_told_once"
                    )
                ],
            },
        ),
        close_tables(["visits_checkin"]),
    ]
