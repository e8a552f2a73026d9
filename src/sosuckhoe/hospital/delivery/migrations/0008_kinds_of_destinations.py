import django.db.models.deletion
from django.db import migrations, models

from sosuckhoe.hospital.delivery.guards import require_receipts_again


class Migration(migrations.Migration):
    dependencies = [
        ("delivery", "0007_what_is_next"),
        ("staff", "0001_initial"),
        ("visits", "0005_health_checks"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="submission",
            name="a_submission_carries_one_thing",
        ),
        migrations.AddField(
            model_name="destination",
            name="hub",
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AddField(
            model_name="destination",
            name="kind",
            field=models.CharField(
                choices=[("portal", "Cổng giám định BHYT"), ("hub", "Trục dữ liệu Bộ Y tế")],
                default="portal",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="submission",
            name="health_check",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="submissions",
                to="visits.healthcheck",
            ),
        ),
        migrations.AddConstraint(
            model_name="destination",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["portal", "hub"])), name="a_destination_has_a_known_kind"
            ),
        ),
        migrations.AddConstraint(
            model_name="submission",
            constraint=models.UniqueConstraint(
                fields=("health_check", "destination"), name="one_health_check_a_destination"
            ),
        ),
        migrations.AddConstraint(
            model_name="submission",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("check_in__isnull", True), ("health_check__isnull", True), ("version__isnull", False)
                    ),
                    models.Q(
                        ("check_in__isnull", False), ("health_check__isnull", True), ("version__isnull", True)
                    ),
                    models.Q(
                        ("check_in__isnull", True), ("health_check__isnull", False), ("version__isnull", True)
                    ),
                    _connector="OR",
                ),
                name="a_submission_carries_one_thing",
            ),
        ),
        require_receipts_again(),
    ]
