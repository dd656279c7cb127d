import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("pghistory", "0007_auto_20250421_0444"),
        ("reviews", "0006_executive_same_workspace"),
        ("teams", "0004_team_members_in_the_trail"),
    ]

    operations = [
        migrations.CreateModel(
            name="ChatRoom",
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
                        choices=[("slack", "Slack"), ("teams", "Microsoft Teams")],
                        max_length=5,
                        verbose_name="Chat",
                    ),
                ),
                ("address", models.CharField(max_length=2000)),
                ("host", models.CharField(max_length=255, verbose_name="Server")),
                (
                    "added_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="+",
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
                        verbose_name="Team",
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
            name="ChatPost",
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
                            ("sent", "Sent"),
                            ("skipped", "Nothing to tell"),
                            ("failed", "Failed"),
                        ],
                        default="waiting",
                        max_length=7,
                        verbose_name="State",
                    ),
                ),
                ("send_after", models.DateTimeField()),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                (
                    "run",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="chat_posts",
                        to="reviews.digestrun",
                    ),
                ),
                (
                    "room",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="posts",
                        to="reviews.chatroom",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ChatRoomEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "kind",
                    models.CharField(
                        choices=[("slack", "Slack"), ("teams", "Microsoft Teams")],
                        max_length=5,
                        verbose_name="Chat",
                    ),
                ),
                ("host", models.CharField(max_length=255, verbose_name="Server")),
                (
                    "added_by",
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
                        related_name="workspace_team_kind_host_added_by_events",
                        to="reviews.chatroom",
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
                        verbose_name="Team",
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
            model_name="chatroom",
            constraint=models.UniqueConstraint(
                fields=("workspace", "team"), name="chat_room_of_team", nulls_distinct=False
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="chatroom",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "reviews_chatroomevent" ("added_by_id", "host", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "team_id", "workspace_id") VALUES (NEW."added_by_id", NEW."host", NEW."kind", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."team_id", NEW."workspace_id"); RETURN NULL;',
                    hash="f2cb86806fb6c120cc9a41d17c8f4053a696db65",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_79d7d",
                    table="reviews_chatroom",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="chatroom",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."added_by_id" IS DISTINCT FROM (NEW."added_by_id") OR OLD."host" IS DISTINCT FROM (NEW."host") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."team_id" IS DISTINCT FROM (NEW."team_id") OR OLD."workspace_id" IS DISTINCT FROM (NEW."workspace_id"))',
                    func='INSERT INTO "reviews_chatroomevent" ("added_by_id", "host", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "team_id", "workspace_id") VALUES (NEW."added_by_id", NEW."host", NEW."kind", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."team_id", NEW."workspace_id"); RETURN NULL;',
                    hash="2e100857fe9ede2a319380a0e2ae8adf8652e6b4",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_a23cf",
                    table="reviews_chatroom",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="chatroom",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "reviews_chatroomevent" ("added_by_id", "host", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "team_id", "workspace_id") VALUES (OLD."added_by_id", OLD."host", OLD."kind", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."team_id", OLD."workspace_id"); RETURN NULL;',
                    hash="664abc31632b3b35d912335174752ba86fdaa882",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_259a4",
                    table="reviews_chatroom",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="chatpost",
            index=models.Index(
                condition=models.Q(("state", "waiting")), fields=["id"], name="chat_post_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="chatpost",
            constraint=models.UniqueConstraint(fields=("run", "room"), name="chat_post_is_unique"),
        ),
    ]
