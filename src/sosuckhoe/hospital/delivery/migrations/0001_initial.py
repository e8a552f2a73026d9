import django.db.models.deletion
from django.db import migrations, models

import sosuckhoe.hospital.visits.compressed


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("staff", "0001_initial"),
        ("visits", "0002_append_only"),
    ]

    operations = [
        migrations.CreateModel(
            name="SignedDocument",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("content", sosuckhoe.hospital.visits.compressed.CompressedBytes()),
                ("sha256", models.CharField(db_index=True, max_length=64)),
                ("unsigned_sha256", models.CharField(max_length=64)),
                ("record_sha256", models.CharField(max_length=64)),
                ("size", models.PositiveIntegerField()),
                ("certificate_fingerprint", models.CharField(db_index=True, max_length=64)),
                ("signed_at", models.DateTimeField()),
                ("signer", models.CharField(max_length=150)),
            ],
            options={
                "ordering": ["submission", "number"],
            },
        ),
        migrations.CreateModel(
            name="Destination",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100, unique=True)),
                ("base_url", models.CharField(max_length=255)),
                ("account", models.CharField(max_length=50)),
                ("secret_reference", models.CharField(max_length=255)),
                ("path_edition", models.CharField(default="3176", max_length=10)),
                ("enabled", models.BooleanField(default=True)),
                ("replaces_by_visit_code", models.BooleanField(default=False)),
                ("replaces_evidence", models.TextField(blank=True)),
                ("paused_at", models.DateTimeField(blank=True, null=True)),
                ("paused_by", models.CharField(blank=True, max_length=150)),
                ("paused_why", models.TextField(blank=True)),
                ("failures", models.PositiveIntegerField(default=0)),
                ("quiet_until", models.DateTimeField(blank=True, null=True)),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "facility",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="destinations",
                        to="staff.facility",
                    ),
                ),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="Attempt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("fence", models.PositiveIntegerField()),
                ("holder", models.CharField(max_length=100)),
                ("started_at", models.DateTimeField()),
                ("bytes_from", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("outcome", models.CharField(blank=True, max_length=20)),
                ("code", models.CharField(blank=True, max_length=40)),
                ("sentence", models.TextField(blank=True)),
                ("http_status", models.PositiveIntegerField(blank=True, null=True)),
                ("gateway_code", models.CharField(blank=True, max_length=20)),
                ("request_head", models.TextField(blank=True)),
                ("request_sha256", models.CharField(blank=True, max_length=64)),
                ("answer_head", models.TextField(blank=True)),
                ("answer", sosuckhoe.hospital.visits.compressed.CompressedBytes(null=True)),
                (
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attempts",
                        to="delivery.signeddocument",
                    ),
                ),
            ],
            options={
                "ordering": ["submission", "number"],
            },
        ),
        migrations.CreateModel(
            name="SigningKey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100)),
                (
                    "kind",
                    models.CharField(choices=[("pkcs12", "Tệp PKCS#12")], default="pkcs12", max_length=20),
                ),
                ("path", models.CharField(max_length=255)),
                ("password_reference", models.CharField(blank=True, max_length=255)),
                ("certificate_pem", models.TextField()),
                ("fingerprint", models.CharField(max_length=64, unique=True)),
                ("not_before", models.DateTimeField()),
                ("not_after", models.DateTimeField()),
                ("registered_at", models.DateTimeField(blank=True, null=True)),
                ("retired_at", models.DateTimeField(blank=True, null=True)),
                (
                    "facility",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="signing_keys",
                        to="staff.facility",
                    ),
                ),
            ],
            options={
                "ordering": ["-not_after"],
            },
        ),
        migrations.AddField(
            model_name="signeddocument",
            name="key",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="documents",
                to="delivery.signingkey",
            ),
        ),
        migrations.CreateModel(
            name="Submission",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("WAITING", "Chờ ký"),
                            ("HELD", "Tạm giữ"),
                            ("SIGNED", "Đã ký"),
                            ("SENDING", "Đang gửi"),
                            ("RECEIVED", "Đã tiếp nhận"),
                            ("ACCEPTED", "Không còn vướng"),
                            ("FINDINGS", "Cổng báo lỗi nội dung"),
                            ("REFUSED", "Bị từ chối"),
                            ("UNKNOWN", "Chưa rõ kết quả"),
                            ("SUPERSEDED", "Đã thay bằng bản mới"),
                        ],
                        max_length=12,
                    ),
                ),
                ("since", models.DateTimeField()),
                ("created_at", models.DateTimeField()),
                ("fence", models.PositiveIntegerField(default=0)),
                ("holder", models.CharField(blank=True, max_length=100)),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("not_before", models.DateTimeField(blank=True, null=True)),
                ("attempt_count", models.PositiveIntegerField(default=0)),
                ("delays", models.PositiveIntegerField(default=0)),
                ("problem_code", models.CharField(blank=True, max_length=40)),
                ("problem", models.TextField(blank=True)),
                (
                    "destination",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="submissions",
                        to="delivery.destination",
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="delivery.signeddocument",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="submissions",
                        to="visits.recordversion",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="signeddocument",
            name="submission",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="documents",
                to="delivery.submission",
            ),
        ),
        migrations.CreateModel(
            name="Receipt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("transaction_number", models.CharField(max_length=100)),
                ("received_at", models.DateTimeField()),
                ("stated_at", models.CharField(blank=True, max_length=20)),
                ("message", models.TextField(blank=True)),
                ("document_sha256", models.CharField(max_length=64)),
                ("stated_by", models.CharField(blank=True, max_length=150)),
                (
                    "attempt",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="receipt",
                        to="delivery.attempt",
                    ),
                ),
                (
                    "destination",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="receipts",
                        to="delivery.destination",
                    ),
                ),
                (
                    "submission",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="receipts",
                        to="delivery.submission",
                    ),
                ),
            ],
            options={
                "ordering": ["submission", "received_at"],
            },
        ),
        migrations.CreateModel(
            name="PortalFinding",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=40)),
                ("path", models.CharField(blank=True, max_length=80)),
                ("message", models.TextField(blank=True)),
                ("noted_at", models.DateTimeField()),
                ("noted_by", models.CharField(max_length=150)),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
                (
                    "submission",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="portal_findings",
                        to="delivery.submission",
                    ),
                ),
            ],
            options={
                "ordering": ["submission", "noted_at"],
            },
        ),
        migrations.AddField(
            model_name="attempt",
            name="submission",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="attempts", to="delivery.submission"
            ),
        ),
        migrations.AddConstraint(
            model_name="destination",
            constraint=models.CheckConstraint(
                condition=models.Q(("base_url", ""), _negated=True), name="a_destination_has_an_address"
            ),
        ),
        migrations.AddConstraint(
            model_name="destination",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("replaces_by_visit_code", False),
                    models.Q(("replaces_evidence", ""), _negated=True),
                    _connector="OR",
                ),
                name="replacing_needs_evidence",
            ),
        ),
        migrations.AddConstraint(
            model_name="destination",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("paused_at__isnull", True), models.Q(("paused_why", ""), _negated=True), _connector="OR"
                ),
                name="a_pause_says_why",
            ),
        ),
        migrations.AddIndex(
            model_name="submission",
            index=models.Index(fields=["destination", "state", "not_before", "id"], name="ledger_claim"),
        ),
        migrations.AddIndex(
            model_name="submission",
            index=models.Index(fields=["state", "since"], name="ledger_age"),
        ),
        migrations.AddConstraint(
            model_name="submission",
            constraint=models.UniqueConstraint(
                fields=("version", "destination"), name="one_submission_a_destination"
            ),
        ),
        migrations.AddConstraint(
            model_name="submission",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "WAITING",
                            "HELD",
                            "SIGNED",
                            "SENDING",
                            "RECEIVED",
                            "ACCEPTED",
                            "FINDINGS",
                            "REFUSED",
                            "UNKNOWN",
                            "SUPERSEDED",
                        ],
                    )
                ),
                name="a_submission_has_a_known_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="submission",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "SENDING"), _negated=True),
                    models.Q(models.Q(("holder", ""), _negated=True), ("lease_until__isnull", False)),
                    _connector="OR",
                ),
                name="what_is_being_sent_has_a_holder",
            ),
        ),
        migrations.AddConstraint(
            model_name="submission",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["WAITING", "HELD", "SUPERSEDED"]),
                    ("document__isnull", False),
                    _connector="OR",
                ),
                name="nothing_goes_out_unsigned",
            ),
        ),
        migrations.AddConstraint(
            model_name="submission",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["HELD", "REFUSED", "UNKNOWN"]), _negated=True),
                    models.Q(("problem_code", ""), _negated=True),
                    _connector="OR",
                ),
                name="what_needs_a_person_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="signeddocument",
            constraint=models.UniqueConstraint(
                fields=("submission", "number"), name="signed_documents_are_numbered"
            ),
        ),
        migrations.AddConstraint(
            model_name="receipt",
            constraint=models.UniqueConstraint(
                fields=("destination", "transaction_number"), name="a_transaction_number_comes_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="receipt",
            constraint=models.CheckConstraint(
                condition=models.Q(("transaction_number", ""), _negated=True), name="a_receipt_has_a_number"
            ),
        ),
        migrations.AddConstraint(
            model_name="attempt",
            constraint=models.UniqueConstraint(fields=("submission", "number"), name="attempts_are_numbered"),
        ),
        migrations.AddConstraint(
            model_name="attempt",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("bytes_from__isnull", True), ("bytes_from__gte", models.F("started_at")), _connector="OR"
                ),
                name="an_attempt_is_noted_before_its_bytes",
            ),
        ),
    ]
