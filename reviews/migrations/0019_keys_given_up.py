"""How often a key could not be applied to a snapshot, and why: so that it is not tried for ever."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reviews", "0018_revisions_of_entries")]

    operations = [
        migrations.AddField(
            model_name="appliedkey",
            name="failures",
            field=models.PositiveSmallIntegerField(
                default=0, help_text="How often this revision of the key could not be applied."
            ),
        ),
        migrations.AddField(
            model_name="appliedkey",
            name="failed_revision",
            field=models.PositiveIntegerField(
                default=0, help_text="The revision of the key that the failures are of."
            ),
        ),
        migrations.AddField(
            model_name="appliedkey",
            name="not_before",
            field=models.DateTimeField(
                blank=True, help_text="When that may be tried again by itself.", null=True
            ),
        ),
        migrations.AddField(
            model_name="appliedkey",
            name="detail",
            field=models.TextField(blank=True, help_text="What went wrong, for people."),
        ),
    ]
