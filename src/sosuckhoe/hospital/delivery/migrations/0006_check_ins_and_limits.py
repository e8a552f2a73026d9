import django.db.models.deletion
import django.db.models.manager
from django.db import migrations, models

from sosuckhoe.hospital.delivery.guards import require_receipts_again


class Migration(migrations.Migration):
    dependencies = [
        ("delivery", "0005_what_issuers_say_of_certificates"),
        ("staff", "0001_initial"),
        ("visits", "0004_check_ins"),
    ]

    operations = [
        migrations.AlterModelManagers(
            name="submission",
            managers=[
                ("ledger", django.db.models.manager.Manager()),
            ],
        ),
        migrations.AddField(
            model_name="destination",
            name="calls_at_once",
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="destination",
            name="calls_per_minute",
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="destination",
            name="next_call_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="destination",
            name="repeats_check_ins",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="submission",
            name="check_in",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="submissions",
                to="visits.checkin",
            ),
        ),
        migrations.AlterField(
            model_name="submission",
            name="version",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="submissions",
                to="visits.recordversion",
            ),
        ),
        migrations.AddConstraint(
            model_name="destination",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("repeats_check_ins", False),
                    models.Q(("replaces_evidence", ""), _negated=True),
                    _connector="OR",
                ),
                name="repeating_check_ins_needs_evidence",
            ),
        ),
        migrations.AddConstraint(
            model_name="destination",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("calls_at_once", 0), _negated=True),
                    models.Q(("calls_per_minute", 0), _negated=True),
                ),
                name="a_limit_lets_something_through",
            ),
        ),
        migrations.AddConstraint(
            model_name="submission",
            constraint=models.UniqueConstraint(
                fields=("check_in", "destination"), name="one_check_in_a_destination"
            ),
        ),
        migrations.AddConstraint(
            model_name="submission",
            constraint=models.CheckConstraint(
                condition=models.Q(("version__isnull", True), ("check_in__isnull", True), _connector="XOR"),
                name="a_submission_carries_one_thing",
            ),
        ),
        require_receipts_again(),
    ]
