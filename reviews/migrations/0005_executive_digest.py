import django.db.models.deletion
import django.db.models.functions.text
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("goals", "0026_scorecard_in_workspace"),
        ("pghistory", "0007_auto_20250421_0444"),
        ("reviews", "0004_reminders"),
        ("teams", "0004_team_members_in_the_trail"),
    ]

    operations = [
        migrations.CreateModel(
            name="ExecutiveDigest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1)),
            ],
        ),
        migrations.CreateModel(
            name="ExecutiveDigestEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("version", models.PositiveIntegerField(default=1)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="LeadSentence",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("week", models.DateField()),
                ("text", models.CharField(blank=True, max_length=200, verbose_name="Sentence")),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="OutsideReader",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("email", models.EmailField(max_length=254, verbose_name="E-mail address")),
                (
                    "language",
                    models.CharField(
                        choices=[
                            ("en", "English"),
                            ("pl", "Polski"),
                            ("it", "Italiano"),
                            ("th", "ไทย"),
                        ],
                        max_length=7,
                        verbose_name="Language",
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="OutsideReaderEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("email", models.EmailField(max_length=254, verbose_name="E-mail address")),
                (
                    "language",
                    models.CharField(
                        choices=[
                            ("en", "English"),
                            ("pl", "Polski"),
                            ("it", "Italiano"),
                            ("th", "ไทย"),
                        ],
                        max_length=7,
                        verbose_name="Language",
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="digestsubscription",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="digestsubscription",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="digestsubscription",
            name="delete_delete",
        ),
        migrations.RemoveConstraint(
            model_name="digestsubscription",
            name="digest_subscription_is_unique",
        ),
        migrations.AlterField(
            model_name="digestsubscription",
            name="membership",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="digests",
                to="teams.membership",
            ),
        ),
        migrations.AlterField(
            model_name="digestsubscription",
            name="variant",
            field=models.CharField(
                choices=[
                    ("personal", "Personal: what needs me first"),
                    ("team", "Team: the KPIs of a team"),
                    ("executive", "Executive: a few KPIs in a few sentences"),
                    ("reminder", "Reminder: my numbers that are due"),
                ],
                max_length=9,
                verbose_name="Variant",
            ),
        ),
        migrations.AlterField(
            model_name="digestsubscriptionevent",
            name="membership",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="teams.membership",
            ),
        ),
        migrations.AlterField(
            model_name="digestsubscriptionevent",
            name="variant",
            field=models.CharField(
                choices=[
                    ("personal", "Personal: what needs me first"),
                    ("team", "Team: the KPIs of a team"),
                    ("executive", "Executive: a few KPIs in a few sentences"),
                    ("reminder", "Reminder: my numbers that are due"),
                ],
                max_length=9,
                verbose_name="Variant",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="digestsubscription",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "reviews_digestsubscriptionevent" ("id", "is_on", "membership_id", "outsider_id", "paused_until", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "team_id", "variant", "workspace_id") VALUES (NEW."id", NEW."is_on", NEW."membership_id", NEW."outsider_id", NEW."paused_until", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."team_id", NEW."variant", NEW."workspace_id"); RETURN NULL;',
                    hash="2b566b591810615b2d71264f81b3ad1af706ca3c",
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
                    func='INSERT INTO "reviews_digestsubscriptionevent" ("id", "is_on", "membership_id", "outsider_id", "paused_until", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "team_id", "variant", "workspace_id") VALUES (NEW."id", NEW."is_on", NEW."membership_id", NEW."outsider_id", NEW."paused_until", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."team_id", NEW."variant", NEW."workspace_id"); RETURN NULL;',
                    hash="c797ee0a4ed79044a2f0b11b3aa7f616937a9903",
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
                    func='INSERT INTO "reviews_digestsubscriptionevent" ("id", "is_on", "membership_id", "outsider_id", "paused_until", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "team_id", "variant", "workspace_id") VALUES (OLD."id", OLD."is_on", OLD."membership_id", OLD."outsider_id", OLD."paused_until", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."team_id", OLD."variant", OLD."workspace_id"); RETURN NULL;',
                    hash="8bb7e9f2d87949e121d17983892af0b80fd3467e",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_6d9e5",
                    table="reviews_digestsubscription",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddField(
            model_name="executivedigest",
            name="scorecard",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="goals.scorecard",
                verbose_name="Scorecard",
            ),
        ),
        migrations.AddField(
            model_name="executivedigest",
            name="workspace",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="teams.workspace"
            ),
        ),
        migrations.AddField(
            model_name="executivedigestevent",
            name="pgh_context",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="pghistory.context",
            ),
        ),
        migrations.AddField(
            model_name="executivedigestevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="reviews.executivedigest",
            ),
        ),
        migrations.AddField(
            model_name="executivedigestevent",
            name="scorecard",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="goals.scorecard",
                verbose_name="Scorecard",
            ),
        ),
        migrations.AddField(
            model_name="executivedigestevent",
            name="workspace",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="teams.workspace",
            ),
        ),
        migrations.AddField(
            model_name="leadsentence",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.RESTRICT,
                related_name="+",
                to="teams.membership",
            ),
        ),
        migrations.AddField(
            model_name="leadsentence",
            name="workspace",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="teams.workspace"
            ),
        ),
        migrations.AddField(
            model_name="outsidereader",
            name="asked_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.RESTRICT,
                related_name="+",
                to="teams.membership",
            ),
        ),
        migrations.AddField(
            model_name="outsidereader",
            name="workspace",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="teams.workspace"
            ),
        ),
        migrations.AddField(
            model_name="digestsubscription",
            name="outsider",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="digests",
                to="reviews.outsidereader",
            ),
        ),
        migrations.AddField(
            model_name="digestsubscriptionevent",
            name="outsider",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="reviews.outsidereader",
            ),
        ),
        migrations.AddConstraint(
            model_name="digestsubscription",
            constraint=models.UniqueConstraint(
                fields=("membership", "outsider", "variant", "team"),
                name="digest_subscription_is_unique",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="digestsubscription",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("membership__isnull", False), ("outsider", None)),
                    models.Q(
                        ("membership", None), ("outsider__isnull", False), ("variant", "executive")
                    ),
                    _connector="OR",
                ),
                name="digest_has_one_reader",
            ),
        ),
        migrations.AddField(
            model_name="outsidereaderevent",
            name="asked_by",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="teams.membership",
            ),
        ),
        migrations.AddField(
            model_name="outsidereaderevent",
            name="pgh_context",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="pghistory.context",
            ),
        ),
        migrations.AddField(
            model_name="outsidereaderevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="reviews.outsidereader",
            ),
        ),
        migrations.AddField(
            model_name="outsidereaderevent",
            name="workspace",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="teams.workspace",
            ),
        ),
        migrations.AddConstraint(
            model_name="executivedigest",
            constraint=models.UniqueConstraint(
                fields=("workspace",), name="executive_digest_is_unique"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="executivedigest",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "reviews_executivedigestevent" ("id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "scorecard_id", "version", "workspace_id") VALUES (NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."scorecard_id", NEW."version", NEW."workspace_id"); RETURN NULL;',
                    hash="61741614a813ee7c07dae767f124eea6a6c89dd5",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_7dd10",
                    table="reviews_executivedigest",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="executivedigest",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "reviews_executivedigestevent" ("id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "scorecard_id", "version", "workspace_id") VALUES (NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."scorecard_id", NEW."version", NEW."workspace_id"); RETURN NULL;',
                    hash="b5a3a2f2b465262f50a9ed1c2b5ba2b201b7d5b1",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_d8da1",
                    table="reviews_executivedigest",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="executivedigest",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "reviews_executivedigestevent" ("id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "scorecard_id", "version", "workspace_id") VALUES (OLD."id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."scorecard_id", OLD."version", OLD."workspace_id"); RETURN NULL;',
                    hash="cc35c263efe97eb667d2fdfe993be6a14d378f4b",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_6b0df",
                    table="reviews_executivedigest",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="leadsentence",
            index=models.Index(fields=["workspace", "week", "-id"], name="lead_sentence_of_week"),
        ),
        migrations.AddConstraint(
            model_name="outsidereader",
            constraint=models.UniqueConstraint(
                models.F("workspace"),
                django.db.models.functions.text.Lower("email"),
                name="outside_reader_is_unique",
                violation_error_message="This address is in the list already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="outsidereader",
            constraint=models.UniqueConstraint(
                fields=("workspace", "id"), name="outside_reader_in_workspace"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="outsidereader",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "reviews_outsidereaderevent" ("asked_at", "asked_by_id", "confirmed_at", "email", "id", "language", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "workspace_id") VALUES (NEW."asked_at", NEW."asked_by_id", NEW."confirmed_at", NEW."email", NEW."id", NEW."language", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."workspace_id"); RETURN NULL;',
                    hash="83bb8c0d46607a2cccb6f32544aea1bdc3988c06",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_7630e",
                    table="reviews_outsidereader",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="outsidereader",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "reviews_outsidereaderevent" ("asked_at", "asked_by_id", "confirmed_at", "email", "id", "language", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "workspace_id") VALUES (NEW."asked_at", NEW."asked_by_id", NEW."confirmed_at", NEW."email", NEW."id", NEW."language", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."workspace_id"); RETURN NULL;',
                    hash="bfbb8a1b35022457be2ade251c5d52d52a81a31b",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_67099",
                    table="reviews_outsidereader",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="outsidereader",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "reviews_outsidereaderevent" ("asked_at", "asked_by_id", "confirmed_at", "email", "id", "language", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "workspace_id") VALUES (OLD."asked_at", OLD."asked_by_id", OLD."confirmed_at", OLD."email", OLD."id", OLD."language", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."workspace_id"); RETURN NULL;',
                    hash="ae715573838ed6359f39cdd60a622ce236ea22c6",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_b90ed",
                    table="reviews_outsidereader",
                    when="AFTER",
                ),
            ),
        ),
    ]
