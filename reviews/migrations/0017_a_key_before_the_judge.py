"""What of a key that came later waits for the judge, and whose names stand in its words."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reviews", "0016_no_weights_in_tallies")]

    operations = [
        migrations.AddField(
            model_name="answerkey",
            name="people",
            field=models.JSONField(
                blank=True,
                default=list,
                help_text="Spellings of people of the course in its words, with their pseudonyms.",
            ),
        ),
        migrations.AddField(
            model_name="appliedkey",
            name="unjudged",
            field=models.PositiveIntegerField(
                default=0,
                help_text="Uncertain pairs with the key that no judge was asked about, after all have spoken.",
            ),
        ),
        migrations.AddField(
            model_name="appliedkey",
            name="judge_wanted",
            field=models.BooleanField(
                default=False, help_text="Whether the judge is to be asked about them."
            ),
        ),
    ]
