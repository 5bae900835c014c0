"""What put each claim into its defect."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reviews", "0009_first_prices")]

    operations = [
        migrations.AddField(
            model_name="finding",
            name="match_score",
            field=models.FloatField(blank=True, help_text="A probability, from 0 to 1.", null=True),
        ),
        migrations.AddField(
            model_name="finding",
            name="match_why",
            field=models.CharField(blank=True, help_text="In one sentence, for people.", max_length=400),
        ),
        migrations.AddField(
            model_name="finding",
            name="matched_by",
            field=models.CharField(
                blank=True,
                choices=[
                    ("alone", "nobody else speaks of it"),
                    ("words", "words"),
                    ("place", "place"),
                    ("judge", "a judge model"),
                    ("person", "a person"),
                ],
                max_length=6,
            ),
        ),
        migrations.AddField(
            model_name="note",
            name="match_score",
            field=models.FloatField(blank=True, help_text="A probability, from 0 to 1.", null=True),
        ),
        migrations.AddField(
            model_name="note",
            name="match_why",
            field=models.CharField(blank=True, help_text="In one sentence, for people.", max_length=400),
        ),
        migrations.AddField(
            model_name="note",
            name="matched_by",
            field=models.CharField(
                blank=True,
                choices=[
                    ("alone", "nobody else speaks of it"),
                    ("words", "words"),
                    ("place", "place"),
                    ("judge", "a judge model"),
                    ("person", "a person"),
                ],
                max_length=6,
            ),
        ),
    ]
