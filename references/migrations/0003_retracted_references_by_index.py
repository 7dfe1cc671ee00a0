from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("references", "0002_changes_are_counted")]

    operations = [
        migrations.AddIndex(
            model_name="reference",
            index=models.Index(
                condition=models.Q(("is_retracted", True)), fields=["id"], name="reference_retracted"
            ),
        ),
    ]
