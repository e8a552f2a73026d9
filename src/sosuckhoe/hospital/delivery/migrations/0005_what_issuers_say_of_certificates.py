import django.db.models.deletion
from django.db import migrations, models

import sosuckhoe.hospital.visits.compressed
from sosuckhoe.hospital.journal.append_only import close_tables


class Migration(migrations.Migration):
    dependencies = [
        ("delivery", "0004_calendar_and_incidents"),
    ]

    operations = [
        migrations.CreateModel(
            name="StatusAnswer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sha256", models.CharField(max_length=64, unique=True)),
                ("content", sosuckhoe.hospital.visits.compressed.CompressedBytes()),
            ],
        ),
        migrations.AddField(
            model_name="signingkey",
            name="registered_by",
            field=models.CharField(blank=True, max_length=150),
        ),
        migrations.CreateModel(
            name="CertificateStatus",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("ocsp", "Hỏi trực tuyến (OCSP)"),
                            ("crl", "Tải danh sách thu hồi (CRL)"),
                            ("crl-file", "Nạp tay danh sách thu hồi (CRL)"),
                        ],
                        max_length=10,
                    ),
                ),
                ("code", models.CharField(max_length=40)),
                ("said_at", models.DateTimeField(blank=True, null=True)),
                ("until", models.DateTimeField(blank=True, null=True)),
                ("fresh_until", models.DateTimeField(blank=True, null=True)),
                ("fresh_seconds", models.PositiveIntegerField()),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                ("reason", models.CharField(blank=True, max_length=40)),
                ("issuers_pem", models.TextField()),
                (
                    "key",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="statuses",
                        to="delivery.signingkey",
                    ),
                ),
                (
                    "answer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="delivery.statusanswer",
                    ),
                ),
                (
                    "authority_answer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="delivery.statusanswer",
                    ),
                ),
            ],
            options={
                "ordering": ["key", "-asked_at"],
            },
        ),
        migrations.AddField(
            model_name="signeddocument",
            name="status",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="documents",
                to="delivery.certificatestatus",
            ),
        ),
        migrations.CreateModel(
            name="StatusSource",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("ocsp", "Hỏi trực tuyến (OCSP)"),
                            ("crl", "Tải danh sách thu hồi (CRL)"),
                            ("crl-file", "Nạp tay danh sách thu hồi (CRL)"),
                        ],
                        max_length=10,
                    ),
                ),
                ("url", models.CharField(blank=True, max_length=500)),
                ("crl", sosuckhoe.hospital.visits.compressed.CompressedBytes(null=True)),
                ("issuer_pem", models.TextField()),
                ("authority_pem", models.TextField(blank=True)),
                ("authority_url", models.CharField(blank=True, max_length=500)),
                ("authority_crl", sosuckhoe.hospital.visits.compressed.CompressedBytes(null=True)),
                ("fresh_seconds", models.PositiveIntegerField(default=3600)),
                ("nonce_required", models.BooleanField(default=False)),
                ("set_at", models.DateTimeField()),
                ("set_by", models.CharField(max_length=150)),
                (
                    "key",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="status_source",
                        to="delivery.signingkey",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="certificatestatus",
            index=models.Index(fields=["key", "-asked_at"], name="status_latest"),
        ),
        migrations.AddConstraint(
            model_name="statussource",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("crl__isnull", False), ("kind", "crl-file")),
                    models.Q(
                        models.Q(("kind", "crl-file"), _negated=True), models.Q(("url", ""), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="a_status_source_can_be_asked",
            ),
        ),
        migrations.AddConstraint(
            model_name="statussource",
            constraint=models.CheckConstraint(
                condition=models.Q(("fresh_seconds__gte", 60)), name="freshness_is_a_minute_at_least"
            ),
        ),
        close_tables(["delivery_statusanswer", "delivery_certificatestatus"]),
    ]
