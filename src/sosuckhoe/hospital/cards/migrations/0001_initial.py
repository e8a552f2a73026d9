import django.db.models.deletion
from django.db import migrations, models

import sosuckhoe.hospital.visits.compressed


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("delivery", "0006_check_ins_and_limits"),
        ("patients", "0001_initial"),
        ("staff", "0002_registered_for_cards"),
    ]

    operations = [
        migrations.CreateModel(
            name="LookUp",
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
                            ("card", "Thẻ BHYT"),
                            ("history", "Lịch sử khám chữa bệnh"),
                            ("copayment", "Tiền cùng chi trả trong năm"),
                        ],
                        max_length=10,
                    ),
                ),
                ("card_number", models.CharField(db_index=True, max_length=15)),
                ("full_name", models.CharField(max_length=255)),
                ("born", models.CharField(max_length=10)),
                ("officer_name", models.CharField(blank=True, max_length=255)),
                ("officer_id", models.CharField(blank=True, max_length=12)),
                ("by", models.CharField(max_length=150)),
                ("asked_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                ("stopped_at", models.DateTimeField(blank=True, null=True)),
                ("code", models.CharField(blank=True, max_length=40)),
                (
                    "standing",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("verified", "Thẻ dùng được"),
                            ("by-hand", "Xem giấy tờ rồi xác nhận"),
                            ("pending", "Chưa xác nhận"),
                            ("invalid", "Thẻ không dùng được"),
                            ("input", "Xem lại thông tin đã nhập"),
                            ("set-up", "Cần sửa thiết lập"),
                        ],
                        max_length=10,
                    ),
                ),
                ("sentence", models.TextField(blank=True)),
                ("request_head", models.TextField(blank=True)),
                ("http_status", models.PositiveIntegerField(blank=True, null=True)),
                ("answer", sosuckhoe.hospital.visits.compressed.CompressedBytes(null=True)),
                ("checked_by", models.CharField(blank=True, max_length=150)),
                ("checked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "about",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="more",
                        to="cards.lookup",
                    ),
                ),
                (
                    "destination",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="look_ups",
                        to="delivery.destination",
                    ),
                ),
                (
                    "facility",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="look_ups",
                        to="staff.facility",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="look_ups",
                        to="patients.patient",
                    ),
                ),
            ],
            options={
                "ordering": ["-asked_at", "-id"],
                "indexes": [
                    models.Index(
                        fields=["facility", "kind", "card_number", "-asked_at"],
                        name="cards_looku_facilit_9d8fd2_idx",
                    )
                ],
            },
        ),
    ]
