import django.db.models.deletion
from django.db import migrations, models

import sosuckhoe.hospital.visits.compressed


class Migration(migrations.Migration):
    dependencies = [
        ("delivery", "0002_append_only"),
    ]

    operations = [
        migrations.AddField(
            model_name="signingkey",
            name="place",
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AlterField(
            model_name="signingkey",
            name="kind",
            field=models.CharField(
                choices=[
                    ("pkcs12", "Tệp PKCS#12"),
                    ("pkcs11", "Thiết bị ký (PKCS#11)"),
                    ("remote", "Dịch vụ ký từ xa"),
                    ("elsewhere", "Ký ở máy khác rồi nộp lại"),
                ],
                default="pkcs12",
                max_length=20,
            ),
        ),
        migrations.AlterField(
            model_name="signingkey",
            name="path",
            field=models.CharField(blank=True, max_length=255),
        ),
        migrations.CreateModel(
            name="PreparedDocument",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("content", sosuckhoe.hospital.visits.compressed.CompressedBytes()),
                ("unsigned_sha256", models.CharField(db_index=True, max_length=64)),
                ("prepared_at", models.DateTimeField()),
                ("prepared_by", models.CharField(max_length=150)),
                (
                    "submission",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="prepared",
                        to="delivery.submission",
                    ),
                ),
            ],
            options={
                "ordering": ["submission", "prepared_at"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("submission", "unsigned_sha256"), name="a_file_is_prepared_once_a_submission"
                    )
                ],
            },
        ),
    ]
