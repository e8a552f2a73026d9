import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Credential",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("credential", models.CharField(max_length=80, unique=True)),
                ("client", models.CharField(max_length=80)),
                ("secret", models.CharField(max_length=80)),
                ("profile", models.CharField(blank=True, max_length=80)),
                ("user", models.CharField(max_length=80)),
                ("pkcs12", models.BinaryField()),
                ("password", models.CharField(max_length=80)),
                (
                    "behaviour",
                    models.CharField(
                        choices=[
                            ("sign", "Ký"),
                            ("wait", "Chờ người giữ chứng thư xác nhận"),
                            ("refuse", "Người giữ chứng thư từ chối"),
                            ("time-out", "Quá giờ xác nhận"),
                            ("fail", "Dịch vụ báo ký không thành"),
                            ("quota", "Hết lượt ký"),
                            ("certificate", "Chứng thư không còn hiệu lực"),
                            ("wrong", "Trả chữ ký của nội dung khác"),
                            ("strange", "Trả lời không đọc được"),
                            ("error", "HTTP 503"),
                            ("forget-token", "Quên phiên đăng nhập một lần, rồi ký"),
                        ],
                        default="sign",
                        max_length=20,
                    ),
                ),
                ("polls", models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="ServiceToken",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("token", models.CharField(max_length=80, unique=True)),
                ("client", models.CharField(max_length=80)),
                ("user", models.CharField(max_length=80)),
                ("until", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Request",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=40, unique=True)),
                ("hash", models.CharField(max_length=64)),
                ("asked_at", models.DateTimeField(auto_now_add=True)),
                ("polled", models.PositiveIntegerField(default=0)),
                ("ended", models.CharField(blank=True, max_length=20)),
                (
                    "credential",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="requests",
                        to="signing_service.credential",
                    ),
                ),
            ],
        ),
    ]
