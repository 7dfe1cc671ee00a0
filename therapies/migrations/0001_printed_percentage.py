"""The SQL function behind the constraint that a printed percentage agrees with its events and total."""

from django.db import migrations

FUNCTION = """
CREATE FUNCTION printed_percentage_agrees(value numeric, events integer, total integer) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
    SELECT abs(100.0 * events / total - value) <= 0.5 * 10 ^ (-scale(value))
        OR (100.0 * events / total >= value AND 100.0 * events / total - value < 10 ^ (-scale(value)))
$$;
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION printed_percentage_agrees(numeric, integer, integer);")
    ]
