import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("pghistory", "0007_auto_20250421_0444"),
        ("teams", "0003_throttle_cache"),
    ]

    operations = [
        migrations.CreateModel(
            name="DigestRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("week", models.DateField()),
                ("due_at", models.DateTimeField()),
                ("made_at", models.DateTimeField()),
                (
                    "workspace",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="teams.workspace",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="DigestSubscription",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "variant",
                    models.CharField(
                        choices=[
                            ("personal", "Personal: what needs me first"),
                            ("team", "Team: the KPIs of a team"),
                        ],
                        max_length=8,
                        verbose_name="Variant",
                    ),
                ),
                ("is_on", models.BooleanField(default=True, verbose_name="On")),
                (
                    "paused_until",
                    models.DateField(blank=True, null=True, verbose_name="Paused until"),
                ),
                (
                    "membership",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="digests",
                        to="teams.membership",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="teams.team",
                    ),
                ),
                (
                    "workspace",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="teams.workspace",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="DigestDelivery",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("claim", models.UUIDField(blank=True, null=True)),
                ("claimed_until", models.DateTimeField(blank=True, null=True)),
                ("last_error", models.TextField(blank=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("handing_over", "Being handed over"),
                            ("sent", "Sent"),
                            ("kept", "Kept in the outbox"),
                            ("skipped", "Not wanted any more"),
                            ("failed", "Failed"),
                            ("unknown", "Unknown: may have arrived"),
                        ],
                        default="waiting",
                        max_length=12,
                        verbose_name="State",
                    ),
                ),
                ("recipient", models.EmailField(blank=True, max_length=254)),
                ("subject", models.CharField(blank=True, max_length=120)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deliveries",
                        to="reviews.digestrun",
                    ),
                ),
                (
                    "subscription",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deliveries",
                        to="reviews.digestsubscription",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="DigestSubscriptionEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                (
                    "variant",
                    models.CharField(
                        choices=[
                            ("personal", "Personal: what needs me first"),
                            ("team", "Team: the KPIs of a team"),
                        ],
                        max_length=8,
                        verbose_name="Variant",
                    ),
                ),
                ("is_on", models.BooleanField(default=True, verbose_name="On")),
                (
                    "paused_until",
                    models.DateField(blank=True, null=True, verbose_name="Paused until"),
                ),
                (
                    "membership",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="teams.membership",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="reviews.digestsubscription",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="teams.team",
                    ),
                ),
                (
                    "workspace",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="teams.workspace",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddConstraint(
            model_name="digestrun",
            constraint=models.UniqueConstraint(
                fields=("workspace", "week"), name="digest_run_is_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="digestsubscription",
            constraint=models.UniqueConstraint(
                fields=("membership", "variant", "team"),
                name="digest_subscription_is_unique",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="digestsubscription",
            constraint=models.CheckConstraint(
                condition=models.Q(("variant", "team"), ("team", None), _connector="OR"),
                name="digest_team_goes_with_variant",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="digestsubscription",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "reviews_digestsubscriptionevent" ("id", "is_on", "membership_id", "paused_until", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "team_id", "variant", "workspace_id") VALUES (NEW."id", NEW."is_on", NEW."membership_id", NEW."paused_until", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."team_id", NEW."variant", NEW."workspace_id"); RETURN NULL;',
                    hash="7cb84c1246b9f9fb4be6ecfedabf32f5b69954e6",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_38fc8",
                    table="reviews_digestsubscription",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="digestsubscription",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "reviews_digestsubscriptionevent" ("id", "is_on", "membership_id", "paused_until", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "team_id", "variant", "workspace_id") VALUES (NEW."id", NEW."is_on", NEW."membership_id", NEW."paused_until", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."team_id", NEW."variant", NEW."workspace_id"); RETURN NULL;',
                    hash="eb73fab634e8d9f9e8d1641296649e75cafb1841",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_d3da7",
                    table="reviews_digestsubscription",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="digestsubscription",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "reviews_digestsubscriptionevent" ("id", "is_on", "membership_id", "paused_until", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "team_id", "variant", "workspace_id") VALUES (OLD."id", OLD."is_on", OLD."membership_id", OLD."paused_until", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."team_id", OLD."variant", OLD."workspace_id"); RETURN NULL;',
                    hash="820ecdc04cdb623e0be5d64b3969e9c18d049693",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_6d9e5",
                    table="reviews_digestsubscription",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="digestdelivery",
            index=models.Index(
                condition=models.Q(("state__in", ["waiting", "handing_over"])),
                fields=["id"],
                name="digest_delivery_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="digestdelivery",
            constraint=models.UniqueConstraint(
                fields=("run", "subscription"), name="digest_delivery_is_unique"
            ),
        ),
    ]
