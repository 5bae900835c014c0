"""Which state of its answer key a snapshot is measured against, so that none is forgotten."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reviews", "0014_judgements_and_tallies")]

    operations = [
        migrations.AddField(
            model_name="answerkey",
            name="revision",
            field=models.PositiveIntegerField(default=0, help_text="Raised with every change of an entry."),
        ),
        migrations.AddField(
            model_name="answerkey",
            name="sent_at",
            field=models.DateTimeField(
                blank=True, help_text="When a worker was last asked, or last seen, to apply it.", null=True
            ),
        ),
        migrations.AddField(
            model_name="appliedkey",
            name="revision",
            field=models.PositiveIntegerField(
                default=0, help_text="The revision of the key that the snapshot's claims are of."
            ),
        ),
    ]
