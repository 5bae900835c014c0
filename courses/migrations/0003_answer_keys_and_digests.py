"""An assignment's answer key, its judge, and its insights kept ready."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("courses", "0002_plans_with_rounds_and_budgets"),
        ("reviews", "0014_judgements_and_tallies"),
    ]

    operations = [
        migrations.CreateModel(
            name="Digest",
            fields=[
                (
                    "assignment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="digest",
                        serialize=False,
                        to="courses.assignment",
                    ),
                ),
                ("counts", models.JSONField(default=dict)),
                ("tallies", models.PositiveIntegerField(default=0)),
                ("newest", models.DateTimeField(null=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
            ],
        ),
        migrations.AddField(
            model_name="assignment",
            name="answer_key",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="assignments",
                to="reviews.answerkey",
            ),
        ),
        migrations.AddField(
            model_name="assignment",
            name="judge",
            field=models.ForeignKey(
                blank=True,
                help_text="The model that is asked where two claims may or may not be one. Empty: nobody is.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="reviews.reviewer",
            ),
        ),
    ]
