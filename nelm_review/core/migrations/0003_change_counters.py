"""The counters of changes, and the function by which triggers raise them."""

import django.utils.timezone
from django.db import migrations, models

NAMES = ("evidence", "literature", "derived")

# Once a transaction: the row of a counter would otherwise get a new version at every statement, and each
# statement would have to look through all of them. The time beside the number of the transaction guards
# against a restored copy, in which numbers of transactions begin anew.
COUNT_CHANGE = """
CREATE FUNCTION core_count_change(counter text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM core_changecounter
        WHERE name = counter
            AND last_transaction = pg_current_xact_id()::text::bigint
            AND changed_at >= transaction_timestamp()
    ) THEN
        RETURN;
    END IF;
    INSERT INTO core_changecounter AS current (name, version, changed_at, last_transaction)
    VALUES (counter, 1, clock_timestamp(), pg_current_xact_id()::text::bigint)
    ON CONFLICT (name) DO UPDATE SET
        version = current.version + 1,
        changed_at = clock_timestamp(),
        last_transaction = EXCLUDED.last_transaction;
END
$$;
"""


def make_rows(apps, schema_editor):
    counters = apps.get_model("core", "ChangeCounter").objects
    for name in NAMES:
        counters.get_or_create(name=name)


class Migration(migrations.Migration):
    dependencies = [("core", "0002_text_search")]

    operations = [
        migrations.CreateModel(
            name="ChangeCounter",
            fields=[
                ("name", models.CharField(max_length=20, primary_key=True, serialize=False)),
                (
                    "version",
                    models.BigIntegerField(
                        default=0, help_text="Raised once by every transaction that changes it."
                    ),
                ),
                ("changed_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "last_transaction",
                    models.BigIntegerField(
                        default=0,
                        help_text="PostgreSQL's number of the transaction that raised it last.",
                    ),
                ),
            ],
            options={"ordering": ("name",)},
        ),
        migrations.RunSQL(COUNT_CHANGE, "DROP FUNCTION core_count_change(text);"),
        migrations.RunPython(make_rows, migrations.RunPython.noop),
    ]
