import datetime as dt

import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import teams.models.workspaces


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("pghistory", "0007_auto_20250421_0444"),
    ]

    operations = [
        migrations.CreateModel(
            name="ApiToken",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80, verbose_name="Name")),
                (
                    "scope",
                    models.CharField(
                        choices=[
                            ("read", "Read only"),
                            ("measurements", "Send numbers of chosen KPIs"),
                            ("write", "Read and write"),
                        ],
                        max_length=12,
                        verbose_name="Scope",
                    ),
                ),
                ("kpi_codes", models.JSONField(blank=True, default=list)),
                ("public_id", models.CharField(max_length=12, unique=True)),
                ("secret_hash", models.CharField(max_length=64)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(verbose_name="Expires on")),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                ("last_used_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="WorkspaceEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("name", models.CharField(max_length=80, verbose_name="Name")),
                ("slug", models.SlugField(db_index=False)),
                (
                    "timezone",
                    models.CharField(
                        max_length=64,
                        validators=[teams.models.workspaces.check_zone],
                        verbose_name="Time zone",
                    ),
                ),
                (
                    "currency",
                    models.CharField(
                        max_length=3,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[A-Z]{3}$", "Write the three letters, such as EUR."
                            )
                        ],
                        verbose_name="Currency",
                    ),
                ),
                (
                    "week_start",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "Monday"),
                            (1, "Tuesday"),
                            (2, "Wednesday"),
                            (3, "Thursday"),
                            (4, "Friday"),
                            (5, "Saturday"),
                            (6, "Sunday"),
                        ],
                        default=0,
                        verbose_name="The week starts on",
                    ),
                ),
                (
                    "fiscal_start",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (1, "January"),
                            (2, "February"),
                            (3, "March"),
                            (4, "April"),
                            (5, "May"),
                            (6, "June"),
                            (7, "July"),
                            (8, "August"),
                            (9, "September"),
                            (10, "October"),
                            (11, "November"),
                            (12, "December"),
                        ],
                        default=1,
                        verbose_name="The fiscal year starts in",
                    ),
                ),
                (
                    "working_days",
                    models.JSONField(
                        default=teams.models.workspaces.monday_to_friday,
                        verbose_name="Working days",
                    ),
                ),
                (
                    "works_from",
                    models.TimeField(default=dt.time(9, 0), verbose_name="Work starts at"),
                ),
                (
                    "works_until",
                    models.TimeField(default=dt.time(17, 0), verbose_name="Work ends at"),
                ),
                (
                    "digest_weekday",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "Monday"),
                            (1, "Tuesday"),
                            (2, "Wednesday"),
                            (3, "Thursday"),
                            (4, "Friday"),
                            (5, "Saturday"),
                            (6, "Sunday"),
                        ],
                        default=0,
                        verbose_name="Digests go out on",
                    ),
                ),
                (
                    "digest_time",
                    models.TimeField(default=dt.time(8, 0), verbose_name="Digests go out at"),
                ),
                (
                    "numbers_due_weekday",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "Monday"),
                            (1, "Tuesday"),
                            (2, "Wednesday"),
                            (3, "Thursday"),
                            (4, "Friday"),
                            (5, "Saturday"),
                            (6, "Sunday"),
                        ],
                        default=0,
                        verbose_name="Numbers are due on",
                    ),
                ),
                (
                    "numbers_due_time",
                    models.TimeField(default=dt.time(11, 0), verbose_name="Numbers are due at"),
                ),
                ("is_demo", models.BooleanField(default=False)),
                ("version", models.PositiveIntegerField(default=1)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="User",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                (
                    "last_login",
                    models.DateTimeField(blank=True, null=True, verbose_name="last login"),
                ),
                (
                    "email",
                    models.EmailField(max_length=254, unique=True, verbose_name="E-mail address"),
                ),
                ("name", models.CharField(max_length=120, verbose_name="Name")),
                (
                    "language",
                    models.CharField(
                        choices=[
                            ("en", "English"),
                            ("pl", "Polski"),
                            ("it", "Italiano"),
                            ("th", "ไทย"),
                        ],
                        default="en",
                        max_length=5,
                        verbose_name="Language",
                    ),
                ),
                (
                    "theme",
                    models.CharField(
                        choices=[
                            ("system", "Like my device"),
                            ("light", "Light"),
                            ("dark", "Dark"),
                        ],
                        default="system",
                        max_length=6,
                        verbose_name="Appearance",
                    ),
                ),
                ("shortcuts", models.BooleanField(default=True, verbose_name="Keyboard shortcuts")),
                ("is_active", models.BooleanField(default=True)),
                ("is_staff", models.BooleanField(default=False)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("email"),
                        name="user_email_is_unique",
                        violation_error_message="Somebody already uses this e-mail address.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "role",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (10, "Viewer"),
                            (20, "Partner"),
                            (30, "Member"),
                            (40, "Lead"),
                            (50, "Admin"),
                            (60, "Owner"),
                        ],
                        verbose_name="Role",
                    ),
                ),
                ("joined_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("email", models.EmailField(max_length=254, verbose_name="E-mail address")),
                (
                    "role",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (10, "Viewer"),
                            (20, "Partner"),
                            (30, "Member"),
                            (40, "Lead"),
                            (50, "Admin"),
                            (60, "Owner"),
                        ],
                        verbose_name="Role",
                    ),
                ),
                ("invited_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("accepted_at", models.DateTimeField(blank=True, null=True)),
                (
                    "invited_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="+",
                        to="teams.membership",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="IdempotencyKey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=255)),
                ("request_hash", models.CharField(max_length=64)),
                ("status", models.PositiveSmallIntegerField()),
                ("headers", models.JSONField(default=dict)),
                ("body", models.BinaryField()),
                ("created_at", models.DateTimeField(db_index=True)),
                (
                    "membership",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="teams.membership",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ApiTokenEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("name", models.CharField(max_length=80, verbose_name="Name")),
                (
                    "scope",
                    models.CharField(
                        choices=[
                            ("read", "Read only"),
                            ("measurements", "Send numbers of chosen KPIs"),
                            ("write", "Read and write"),
                        ],
                        max_length=12,
                        verbose_name="Scope",
                    ),
                ),
                ("kpi_codes", models.JSONField(blank=True, default=list)),
                ("public_id", models.CharField(max_length=12)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(verbose_name="Expires on")),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
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
                        to="teams.apitoken",
                    ),
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
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="apitoken",
            name="membership",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="tokens",
                to="teams.membership",
            ),
        ),
        migrations.CreateModel(
            name="OutgoingMail",
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
                ("message_id", models.CharField(max_length=255, unique=True)),
                ("sender", models.CharField(max_length=254)),
                ("recipient", models.EmailField(max_length=254)),
                ("subject", models.CharField(max_length=255)),
                ("body", models.BinaryField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("sent", "Sent"),
                            ("failed", "Failed"),
                            ("kept", "Kept here"),
                        ],
                        max_length=8,
                    ),
                ),
                ("created_at", models.DateTimeField(db_index=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")),
                        fields=["id"],
                        name="outgoing_mail_waiting",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Team",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80, verbose_name="Name")),
                (
                    "members",
                    models.ManyToManyField(
                        blank=True,
                        related_name="teams",
                        to="teams.membership",
                        verbose_name="Members",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Workspace",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80, verbose_name="Name")),
                ("slug", models.SlugField(unique=True)),
                (
                    "timezone",
                    models.CharField(
                        max_length=64,
                        validators=[teams.models.workspaces.check_zone],
                        verbose_name="Time zone",
                    ),
                ),
                (
                    "currency",
                    models.CharField(
                        max_length=3,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[A-Z]{3}$", "Write the three letters, such as EUR."
                            )
                        ],
                        verbose_name="Currency",
                    ),
                ),
                (
                    "week_start",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "Monday"),
                            (1, "Tuesday"),
                            (2, "Wednesday"),
                            (3, "Thursday"),
                            (4, "Friday"),
                            (5, "Saturday"),
                            (6, "Sunday"),
                        ],
                        default=0,
                        verbose_name="The week starts on",
                    ),
                ),
                (
                    "fiscal_start",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (1, "January"),
                            (2, "February"),
                            (3, "March"),
                            (4, "April"),
                            (5, "May"),
                            (6, "June"),
                            (7, "July"),
                            (8, "August"),
                            (9, "September"),
                            (10, "October"),
                            (11, "November"),
                            (12, "December"),
                        ],
                        default=1,
                        verbose_name="The fiscal year starts in",
                    ),
                ),
                (
                    "working_days",
                    models.JSONField(
                        default=teams.models.workspaces.monday_to_friday,
                        verbose_name="Working days",
                    ),
                ),
                (
                    "works_from",
                    models.TimeField(default=dt.time(9, 0), verbose_name="Work starts at"),
                ),
                (
                    "works_until",
                    models.TimeField(default=dt.time(17, 0), verbose_name="Work ends at"),
                ),
                (
                    "digest_weekday",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "Monday"),
                            (1, "Tuesday"),
                            (2, "Wednesday"),
                            (3, "Thursday"),
                            (4, "Friday"),
                            (5, "Saturday"),
                            (6, "Sunday"),
                        ],
                        default=0,
                        verbose_name="Digests go out on",
                    ),
                ),
                (
                    "digest_time",
                    models.TimeField(default=dt.time(8, 0), verbose_name="Digests go out at"),
                ),
                (
                    "numbers_due_weekday",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "Monday"),
                            (1, "Tuesday"),
                            (2, "Wednesday"),
                            (3, "Thursday"),
                            (4, "Friday"),
                            (5, "Saturday"),
                            (6, "Sunday"),
                        ],
                        default=0,
                        verbose_name="Numbers are due on",
                    ),
                ),
                (
                    "numbers_due_time",
                    models.TimeField(default=dt.time(11, 0), verbose_name="Numbers are due at"),
                ),
                ("is_demo", models.BooleanField(default=False)),
                ("version", models.PositiveIntegerField(default=1)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("works_from__lt", models.F("works_until"))),
                        name="workspace_work_ends_after_it_starts",
                        violation_error_message="Work must end later than it starts.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TeamEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("name", models.CharField(max_length=80, verbose_name="Name")),
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
        migrations.AddField(
            model_name="team",
            name="workspace",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="teams.workspace"
            ),
        ),
        migrations.CreateModel(
            name="MembershipEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                (
                    "role",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (10, "Viewer"),
                            (20, "Partner"),
                            (30, "Member"),
                            (40, "Lead"),
                            (50, "Admin"),
                            (60, "Owner"),
                        ],
                        verbose_name="Role",
                    ),
                ),
                ("joined_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
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
                        to="teams.membership",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
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
        migrations.AddField(
            model_name="membership",
            name="workspace",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="teams.workspace"
            ),
        ),
        migrations.CreateModel(
            name="InvitationEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("email", models.EmailField(max_length=254, verbose_name="E-mail address")),
                (
                    "role",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (10, "Viewer"),
                            (20, "Partner"),
                            (30, "Member"),
                            (40, "Lead"),
                            (50, "Admin"),
                            (60, "Owner"),
                        ],
                        verbose_name="Role",
                    ),
                ),
                ("invited_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("accepted_at", models.DateTimeField(blank=True, null=True)),
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
                        to="teams.invitation",
                    ),
                ),
                (
                    "invited_by",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="teams.membership",
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
        migrations.AddField(
            model_name="invitation",
            name="workspace",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="teams.workspace"
            ),
        ),
        migrations.CreateModel(
            name="Counter",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=2)),
                ("last", models.PositiveIntegerField()),
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
        pgtrigger.migrations.AddTrigger(
            model_name="workspace",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "teams_workspaceevent" ("currency", "digest_time", "digest_weekday", "fiscal_start", "id", "is_demo", "name", "numbers_due_time", "numbers_due_weekday", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "slug", "timezone", "version", "week_start", "working_days", "works_from", "works_until") VALUES (NEW."currency", NEW."digest_time", NEW."digest_weekday", NEW."fiscal_start", NEW."id", NEW."is_demo", NEW."name", NEW."numbers_due_time", NEW."numbers_due_weekday", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."slug", NEW."timezone", NEW."version", NEW."week_start", NEW."working_days", NEW."works_from", NEW."works_until"); RETURN NULL;',
                    hash="9cddfbecd453ad066d0c8e764bebac8c9530345c",
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
                    func='INSERT INTO "teams_workspaceevent" ("currency", "digest_time", "digest_weekday", "fiscal_start", "id", "is_demo", "name", "numbers_due_time", "numbers_due_weekday", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "slug", "timezone", "version", "week_start", "working_days", "works_from", "works_until") VALUES (NEW."currency", NEW."digest_time", NEW."digest_weekday", NEW."fiscal_start", NEW."id", NEW."is_demo", NEW."name", NEW."numbers_due_time", NEW."numbers_due_weekday", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."slug", NEW."timezone", NEW."version", NEW."week_start", NEW."working_days", NEW."works_from", NEW."works_until"); RETURN NULL;',
                    hash="8c9c158c56ef0c2581178141ae0ae43c537db2bd",
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
                    func='INSERT INTO "teams_workspaceevent" ("currency", "digest_time", "digest_weekday", "fiscal_start", "id", "is_demo", "name", "numbers_due_time", "numbers_due_weekday", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "slug", "timezone", "version", "week_start", "working_days", "works_from", "works_until") VALUES (OLD."currency", OLD."digest_time", OLD."digest_weekday", OLD."fiscal_start", OLD."id", OLD."is_demo", OLD."name", OLD."numbers_due_time", OLD."numbers_due_weekday", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."slug", OLD."timezone", OLD."version", OLD."week_start", OLD."working_days", OLD."works_from", OLD."works_until"); RETURN NULL;',
                    hash="ed400e796f2c813a11d736a925e6755e32c14ac9",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_cfee8",
                    table="teams_workspace",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddField(
            model_name="workspaceevent",
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
            model_name="workspaceevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="teams.workspace",
            ),
        ),
        migrations.AddConstraint(
            model_name="idempotencykey",
            constraint=models.UniqueConstraint(
                fields=("membership", "key"), name="idempotency_key_is_unique"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="apitoken",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "teams_apitokenevent" ("created_at", "expires_at", "id", "kpi_codes", "membership_id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "revoked_at", "scope") VALUES (NEW."created_at", NEW."expires_at", NEW."id", NEW."kpi_codes", NEW."membership_id", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."public_id", NEW."revoked_at", NEW."scope"); RETURN NULL;',
                    hash="926a21dd9ee7e6f0bd163b899441746340d5ea9a",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_4106b",
                    table="teams_apitoken",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="apitoken",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."expires_at" IS DISTINCT FROM (NEW."expires_at") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."kpi_codes" IS DISTINCT FROM (NEW."kpi_codes") OR OLD."membership_id" IS DISTINCT FROM (NEW."membership_id") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."public_id" IS DISTINCT FROM (NEW."public_id") OR OLD."revoked_at" IS DISTINCT FROM (NEW."revoked_at") OR OLD."scope" IS DISTINCT FROM (NEW."scope"))',
                    func='INSERT INTO "teams_apitokenevent" ("created_at", "expires_at", "id", "kpi_codes", "membership_id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "revoked_at", "scope") VALUES (NEW."created_at", NEW."expires_at", NEW."id", NEW."kpi_codes", NEW."membership_id", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."public_id", NEW."revoked_at", NEW."scope"); RETURN NULL;',
                    hash="e4abd14eb8b9520ddde2a5ac50b9e0b063797cee",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_8d26e",
                    table="teams_apitoken",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="apitoken",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "teams_apitokenevent" ("created_at", "expires_at", "id", "kpi_codes", "membership_id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "revoked_at", "scope") VALUES (OLD."created_at", OLD."expires_at", OLD."id", OLD."kpi_codes", OLD."membership_id", OLD."name", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."public_id", OLD."revoked_at", OLD."scope"); RETURN NULL;',
                    hash="3bb32b83b7286e3501550833f5fa7dc945dcc40f",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_be002",
                    table="teams_apitoken",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="team",
            constraint=models.UniqueConstraint(
                models.F("workspace"),
                django.db.models.functions.text.Lower("name"),
                name="team_name_is_unique",
                violation_error_message="There is already a team of this name.",
            ),
        ),
        migrations.AddConstraint(
            model_name="team",
            constraint=models.UniqueConstraint(
                fields=("workspace", "id"), name="team_in_workspace"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="team",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "teams_teamevent" ("id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "workspace_id") VALUES (NEW."id", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."workspace_id"); RETURN NULL;',
                    hash="5960ae201d31f06c2918493ce2c8d7c4917c90de",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_59b08",
                    table="teams_team",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="team",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "teams_teamevent" ("id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "workspace_id") VALUES (NEW."id", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."workspace_id"); RETURN NULL;',
                    hash="1077d3f4ec9eac9f67cceb55e873b4abc82aa593",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_17c2b",
                    table="teams_team",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="team",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "teams_teamevent" ("id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "workspace_id") VALUES (OLD."id", OLD."name", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."workspace_id"); RETURN NULL;',
                    hash="0a0a3cf6c38542a06d4566b5c00ba658fc23867c",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_6cc68",
                    table="teams_team",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.UniqueConstraint(
                fields=("workspace", "user"), name="membership_is_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.UniqueConstraint(
                fields=("workspace", "id"), name="membership_in_workspace"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="membership",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "teams_membershipevent" ("ended_at", "id", "joined_at", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "user_id", "workspace_id") VALUES (NEW."ended_at", NEW."id", NEW."joined_at", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."role", NEW."user_id", NEW."workspace_id"); RETURN NULL;',
                    hash="5af9c5f38913f68704b9798b907f2db8135b6dbf",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_d21a0",
                    table="teams_membership",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="membership",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "teams_membershipevent" ("ended_at", "id", "joined_at", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "user_id", "workspace_id") VALUES (NEW."ended_at", NEW."id", NEW."joined_at", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."role", NEW."user_id", NEW."workspace_id"); RETURN NULL;',
                    hash="b3469eb34a29c2e4c5c32e464767584026e53213",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_5dc49",
                    table="teams_membership",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="membership",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "teams_membershipevent" ("ended_at", "id", "joined_at", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "user_id", "workspace_id") VALUES (OLD."ended_at", OLD."id", OLD."joined_at", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."role", OLD."user_id", OLD."workspace_id"); RETURN NULL;',
                    hash="34725024d66e7cd70c0f69cd3d1bc62e74170e52",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_7555f",
                    table="teams_membership",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.UniqueConstraint(
                models.F("workspace"),
                django.db.models.functions.text.Lower("email"),
                condition=models.Q(("accepted_at", None)),
                name="invitation_is_unique",
                violation_error_message="This address has an open invitation already.",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="invitation",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "teams_invitationevent" ("accepted_at", "email", "expires_at", "id", "invited_at", "invited_by_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "workspace_id") VALUES (NEW."accepted_at", NEW."email", NEW."expires_at", NEW."id", NEW."invited_at", NEW."invited_by_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."role", NEW."workspace_id"); RETURN NULL;',
                    hash="11d8282827334b8d74210e1c876043b3e49b879d",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_68d5a",
                    table="teams_invitation",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="invitation",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "teams_invitationevent" ("accepted_at", "email", "expires_at", "id", "invited_at", "invited_by_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "workspace_id") VALUES (NEW."accepted_at", NEW."email", NEW."expires_at", NEW."id", NEW."invited_at", NEW."invited_by_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."role", NEW."workspace_id"); RETURN NULL;',
                    hash="9a91a0650d0f8135db43e62c1843a0e25b279487",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_3fd6d",
                    table="teams_invitation",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="invitation",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "teams_invitationevent" ("accepted_at", "email", "expires_at", "id", "invited_at", "invited_by_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "workspace_id") VALUES (OLD."accepted_at", OLD."email", OLD."expires_at", OLD."id", OLD."invited_at", OLD."invited_by_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."role", OLD."workspace_id"); RETURN NULL;',
                    hash="e745b5c5b18627a913869ab172f89df67ba4ef7e",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_bb4b8",
                    table="teams_invitation",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="counter",
            constraint=models.UniqueConstraint(
                fields=("workspace", "kind"), name="counter_is_unique"
            ),
        ),
    ]
