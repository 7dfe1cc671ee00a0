"""By which a cell is known to be as it was: in a release, and beside the summaries."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("therapies", "0007_not_applicable")]

    operations = [
        migrations.AddField(
            model_name="release",
            name="cell_digests",
            field=models.JSONField(default=dict, help_text="By which a cell is known to be as it was."),
        ),
        migrations.AddField(
            model_name="summarystate",
            name="retracted",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(),
                default=list,
                help_text="Keys of the studies that were retracted.",
                size=None,
            ),
        ),
    ]
