import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("teams", "0005_first_steps"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="workspace",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="workspace",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="workspace",
            name="delete_delete",
        ),
        migrations.AddField(
            model_name="workspace",
            name="digest_when_complete",
            field=models.BooleanField(
                default=False, verbose_name="Send team digests as soon as all numbers are in"
            ),
        ),
        migrations.AddField(
            model_name="workspaceevent",
            name="digest_when_complete",
            field=models.BooleanField(
                default=False, verbose_name="Send team digests as soon as all numbers are in"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="workspace",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "teams_workspaceevent" ("currency", "digest_time", "digest_weekday", "digest_when_complete", "first_steps", "fiscal_start", "id", "is_demo", "name", "numbers_due_time", "numbers_due_weekday", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "slug", "timezone", "version", "week_start", "working_days", "works_from", "works_until") VALUES (NEW."currency", NEW."digest_time", NEW."digest_weekday", NEW."digest_when_complete", NEW."first_steps", NEW."fiscal_start", NEW."id", NEW."is_demo", NEW."name", NEW."numbers_due_time", NEW."numbers_due_weekday", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."slug", NEW."timezone", NEW."version", NEW."week_start", NEW."working_days", NEW."works_from", NEW."works_until"); RETURN NULL;',
                    hash="578b999f4510143f784b5f9b39ffe69e4c75257f",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_10575",
                    table="teams_workspace",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="workspace",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "teams_workspaceevent" ("currency", "digest_time", "digest_weekday", "digest_when_complete", "first_steps", "fiscal_start", "id", "is_demo", "name", "numbers_due_time", "numbers_due_weekday", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "slug", "timezone", "version", "week_start", "working_days", "works_from", "works_until") VALUES (NEW."currency", NEW."digest_time", NEW."digest_weekday", NEW."digest_when_complete", NEW."first_steps", NEW."fiscal_start", NEW."id", NEW."is_demo", NEW."name", NEW."numbers_due_time", NEW."numbers_due_weekday", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."slug", NEW."timezone", NEW."version", NEW."week_start", NEW."working_days", NEW."works_from", NEW."works_until"); RETURN NULL;',
                    hash="a78505593cfede81eb6307f4e516a4f8c9e5fc69",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_8e9fd",
                    table="teams_workspace",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="workspace",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "teams_workspaceevent" ("currency", "digest_time", "digest_weekday", "digest_when_complete", "first_steps", "fiscal_start", "id", "is_demo", "name", "numbers_due_time", "numbers_due_weekday", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "slug", "timezone", "version", "week_start", "working_days", "works_from", "works_until") VALUES (OLD."currency", OLD."digest_time", OLD."digest_weekday", OLD."digest_when_complete", OLD."first_steps", OLD."fiscal_start", OLD."id", OLD."is_demo", OLD."name", OLD."numbers_due_time", OLD."numbers_due_weekday", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."slug", OLD."timezone", OLD."version", OLD."week_start", OLD."working_days", OLD."works_from", OLD."works_until"); RETURN NULL;',
                    hash="1cf0fb6933e7123d718bd2d04e9d4ca7b127379f",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_cfee8",
                    table="teams_workspace",
                    when="AFTER",
                ),
            ),
        ),
    ]
