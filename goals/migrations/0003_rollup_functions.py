"""What the rollups' statements lean on: generations, and a mean rounded as Python rounds it."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("goals", "0002_same_workspace")]

    operations = [
        migrations.RunSQL(
            "CREATE SEQUENCE rollup_generations",
            "DROP SEQUENCE rollup_generations",
        ),
        # Postgres rounds half away from zero and cuts quotients somewhere after sixteen digits.
        # This divides exactly, in units of the eighth decimal, and rounds half-even, once.
        migrations.RunSQL(
            """
            CREATE FUNCTION mops_mean(total numeric, count numeric) RETURNS numeric
            LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
                SELECT CASE WHEN count > 0 THEN (
                    quotient + CASE
                        WHEN 2 * abs(remainder) > count
                            OR (2 * abs(remainder) = count AND quotient % 2 <> 0)
                        THEN sign(total) ELSE 0 END
                ) * 0.00000001 END
                FROM (
                    SELECT div(total * 100000000, nullif(count, 0)) AS quotient,
                        mod(total * 100000000, nullif(count, 0)) AS remainder
                ) AS division
            $$
            """,
            "DROP FUNCTION mops_mean(numeric, numeric)",
        ),
    ]
