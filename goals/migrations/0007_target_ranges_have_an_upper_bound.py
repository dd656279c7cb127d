from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("goals", "0006_numbers_state_building"),
        ("teams", "0003_throttle_cache"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="target",
            name="target_range_has_two_bounds",
        ),
        migrations.AddConstraint(
            model_name="target",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("comparator__in", ["in_range", "not_in_range"]),
                        ("upper__gt", models.F("value")),
                        ("upper__isnull", False),
                    ),
                    models.Q(
                        models.Q(("comparator__in", ["in_range", "not_in_range"]), _negated=True),
                        ("upper", None),
                    ),
                    _connector="OR",
                ),
                name="target_range_has_two_bounds",
                violation_error_message="A range needs a lower and a higher bound.",
            ),
        ),
    ]
