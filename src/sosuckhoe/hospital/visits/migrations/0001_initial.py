import django.db.models.deletion
from django.db import migrations, models

import sosuckhoe.hospital.visits.compressed


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("patients", "0001_initial"),
        ("staff", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Visit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("facility_code", models.CharField(max_length=5)),
                ("visit_code", models.CharField(max_length=100)),
                ("type_code", models.CharField(max_length=10)),
                ("category_code", models.CharField(max_length=10)),
                ("insured", models.BooleanField()),
                ("arrived_at", models.DateTimeField(blank=True, null=True)),
                ("discharged_at", models.DateTimeField(blank=True, null=True)),
                ("closed_at", models.DateTimeField()),
                (
                    "closing_source",
                    models.CharField(
                        choices=[
                            ("clinician", "Kết thúc trên phần mềm này"),
                            ("discharge", "Theo thời điểm kết thúc đợt trong tệp"),
                            ("intake", "Theo lúc nhận tệp"),
                        ],
                        max_length=20,
                    ),
                ),
                ("department_code", models.CharField(blank=True, max_length=50)),
                ("total_amount", models.DecimalField(blank=True, decimal_places=2, max_digits=17, null=True)),
                ("cancelled", models.BooleanField(default=False)),
                ("test", models.BooleanField(default=False)),
                (
                    "facility",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="visits",
                        to="staff.facility",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="visits",
                        to="patients.patient",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="visits",
                        to="staff.unit",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SourceFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sha256", models.CharField(max_length=64, unique=True)),
                ("name", models.CharField(max_length=255)),
                (
                    "door",
                    models.CharField(
                        choices=[("upload", "Tải lên"), ("drop", "Thư mục chờ"), ("cli", "Dòng lệnh")],
                        max_length=10,
                    ),
                ),
                ("size", models.PositiveBigIntegerField()),
                ("stored", sosuckhoe.hospital.visits.compressed.CompressedBytes(null=True)),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("taken", "Đã nhận"),
                            ("repeat", "Đã nhận trước đó"),
                            ("refused", "Không nhận"),
                            ("needs-reason", "Cần lý do sửa"),
                        ],
                        max_length=20,
                    ),
                ),
                ("code", models.CharField(blank=True, max_length=40)),
                ("sentence", models.TextField(blank=True)),
                ("quarantine_path", models.CharField(blank=True, max_length=255)),
                ("by", models.CharField(max_length=150)),
                ("came_at", models.DateTimeField()),
                ("repeats", models.PositiveIntegerField(default=0)),
                (
                    "visit",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="files",
                        to="visits.visit",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RecordVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("reason", models.TextField(blank=True)),
                ("by", models.CharField(max_length=150)),
                ("at", models.DateTimeField()),
                ("edition_id", models.CharField(max_length=20)),
                ("record_json", sosuckhoe.hospital.visits.compressed.CompressedBytes()),
                ("sha256", models.CharField(max_length=64)),
                (
                    "source_file",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="visits.sourcefile",
                    ),
                ),
                (
                    "visit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="visits.visit",
                    ),
                ),
            ],
            options={
                "ordering": ["visit", "number"],
            },
        ),
        migrations.CreateModel(
            name="HospitalPolicy",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=60)),
                ("value", models.JSONField()),
                ("reason", models.TextField()),
                ("by", models.CharField(max_length=150)),
                ("since", models.DateField()),
                ("noted_at", models.DateTimeField(auto_now_add=True)),
                (
                    "facility",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="policies",
                        to="staff.facility",
                    ),
                ),
            ],
            options={
                "ordering": ["name", "-since", "-id"],
                "indexes": [models.Index(fields=["name", "-since"], name="visits_hosp_name_6fdc65_idx")],
            },
        ),
        migrations.CreateModel(
            name="Finding",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("rule", models.CharField(db_index=True, max_length=40)),
                ("path", models.CharField(max_length=80)),
                ("row", models.PositiveIntegerField(blank=True, null=True)),
                ("severity", models.CharField(max_length=10)),
                ("message", models.TextField()),
                ("source", models.TextField(blank=True)),
                ("value", models.TextField(blank=True)),
                ("owner", models.CharField(blank=True, max_length=40)),
                ("overruled_by", models.CharField(blank=True, max_length=150)),
                ("overruled_why", models.TextField(blank=True)),
                ("overruled_at", models.DateTimeField(blank=True, null=True)),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="findings",
                        to="visits.recordversion",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "indexes": [
                    models.Index(fields=["version", "severity"], name="visits_find_version_3f6f31_idx")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("severity__in", ["error", "warning"])),
                        name="a_finding_is_an_error_or_a_warning",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("overruled_by", ""),
                            models.Q(("overruled_why", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="overruling_says_why",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="visit",
            index=models.Index(
                fields=["closed_at", "type_code", "insured"], name="visits_visi_closed__fb785a_idx"
            ),
        ),
        migrations.AddIndex(
            model_name="visit",
            index=models.Index(fields=["discharged_at"], name="visits_visi_dischar_de728b_idx"),
        ),
        migrations.AddIndex(
            model_name="visit",
            index=models.Index(fields=["visit_code"], name="visits_visi_visit_c_7a3838_idx"),
        ),
        migrations.AddConstraint(
            model_name="visit",
            constraint=models.UniqueConstraint(
                fields=("facility", "visit_code"), name="a_visit_code_is_used_once"
            ),
        ),
        migrations.AddIndex(
            model_name="sourcefile",
            index=models.Index(fields=["outcome", "-came_at"], name="visits_sour_outcome_9ecef9_idx"),
        ),
        migrations.AddConstraint(
            model_name="recordversion",
            constraint=models.UniqueConstraint(fields=("visit", "number"), name="versions_are_numbered"),
        ),
        migrations.AddConstraint(
            model_name="recordversion",
            constraint=models.CheckConstraint(
                condition=models.Q(("number", 1), models.Q(("reason", ""), _negated=True), _connector="OR"),
                name="a_correction_says_why",
            ),
        ),
    ]
