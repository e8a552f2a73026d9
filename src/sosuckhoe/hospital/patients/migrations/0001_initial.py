import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Patient",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("full_name", models.CharField(max_length=255)),
                ("name_fold", models.CharField(db_index=True, max_length=255)),
                ("born_text", models.CharField(max_length=12)),
                ("born_on", models.DateField(blank=True, db_index=True, null=True)),
                ("sex_code", models.CharField(blank=True, max_length=1)),
                ("registered_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["name_fold", "born_text"], name="patients_pa_name_fo_39ec23_idx")
                ],
            },
        ),
        migrations.CreateModel(
            name="Identifier",
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
                            ("personal_id", "Số định danh cá nhân"),
                            ("cancelled_personal_id", "Số định danh đã hủy"),
                            ("contested_personal_id", "Số định danh chờ đối chiếu"),
                            ("old_identity_card", "Số CMND 9 số"),
                            ("passport", "Số hộ chiếu"),
                            ("certificate_of_identity", "Số giấy chứng nhận căn cước"),
                            ("e_identity_account", "Mã tài khoản định danh điện tử"),
                            ("insurance_card", "Mã thẻ BHYT"),
                            ("social_insurance_number", "Mã số BHXH"),
                            ("birth_certificate_form", "Số giấy chứng sinh"),
                            ("patient_code", "Mã người bệnh"),
                            ("other", "Giấy tờ khác"),
                        ],
                        max_length=30,
                    ),
                ),
                ("value", models.CharField(max_length=100)),
                ("issuer", models.CharField(blank=True, max_length=20)),
                ("since", models.DateField(blank=True, null=True)),
                ("until", models.DateField(blank=True, null=True)),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("qr", "Quét QR thẻ căn cước"),
                            ("chip", "Đọc chip"),
                            ("vneid", "VNeID"),
                            ("card_look_up", "Tra cứu thẻ BHYT"),
                            ("typed", "Nhập tay"),
                            ("imported", "Từ tệp hồ sơ"),
                        ],
                        max_length=20,
                    ),
                ),
                ("noted_at", models.DateTimeField(auto_now_add=True)),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="identifiers",
                        to="patients.patient",
                    ),
                ),
            ],
            options={
                "ordering": ["kind", "-noted_at"],
                "indexes": [models.Index(fields=["value", "kind"], name="patients_id_value_b905d9_idx")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "personal_id"), ("until__isnull", True)),
                        fields=("value",),
                        name="a_valid_personal_id_is_one_persons",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("until__isnull", True)),
                        fields=("patient", "kind", "value", "issuer"),
                        name="a_number_is_noted_once",
                    ),
                ],
            },
        ),
    ]
