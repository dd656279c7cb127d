from datetime import UTC, datetime

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reviews", "0001_digests")]

    operations = [
        migrations.AddField(
            model_name="digestdelivery",
            name="send_after",
            field=models.DateTimeField(default=datetime(2026, 1, 1, tzinfo=UTC)),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="digestdelivery",
            name="state",
            field=models.CharField(
                choices=[
                    ("waiting", "Waiting"),
                    ("handing_over", "Being handed over"),
                    ("sent", "Sent"),
                    ("kept", "Kept in the outbox"),
                    ("skipped", "Not needed any more"),
                    ("overtaken", "Overtaken by a later week"),
                    ("refused", "Refused: the server does not know the address"),
                    ("failed", "Failed"),
                    ("unknown", "Unknown: may have arrived"),
                ],
                default="waiting",
                max_length=12,
                verbose_name="State",
            ),
        ),
    ]
