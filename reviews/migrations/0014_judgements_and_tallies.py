"""A judge's word on pairs of claims; the facts of snapshots, kept ready."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reviews", "0013_persons_decided")]

    operations = [
        migrations.CreateModel(
            name="Tally",
            fields=[
                (
                    "snapshot",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="tally",
                        serialize=False,
                        to="reviews.snapshot",
                    ),
                ),
                ("facts", models.JSONField(default=dict)),
                ("valid", models.PositiveIntegerField(default=0, help_text="|V|")),
                ("caught", models.PositiveIntegerField(default=0, help_text="|S ∩ V|")),
                ("false_notes", models.PositiveIntegerField(default=0, help_text="FP")),
                ("undecided", models.PositiveIntegerField(default=0)),
                ("valid_weight", models.PositiveIntegerField(default=0, help_text="W(V)")),
                ("caught_weight", models.PositiveIntegerField(default=0, help_text="W(S ∩ V)")),
                (
                    "brier_sum",
                    models.FloatField(default=0.0, help_text="The sum of (p - o)² over decided notes."),
                ),
                ("brier_count", models.PositiveIntegerField(default=0)),
                ("updated_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "verbose_name_plural": "tallies",
                "indexes": [models.Index(fields=["updated_at"], name="tally_by_update")],
            },
        ),
        migrations.CreateModel(
            name="Judgement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("first", models.CharField(max_length=32)),
                ("second", models.CharField(max_length=32)),
                ("same", models.BooleanField(null=True)),
                ("reason", models.TextField(blank=True)),
                ("decided_at", models.DateTimeField(auto_now_add=True)),
                (
                    "review",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="judgements",
                        to="reviews.review",
                    ),
                ),
                (
                    "snapshot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="judgements",
                        to="reviews.snapshot",
                    ),
                ),
            ],
            options={
                "ordering": ("pk",),
                "constraints": [
                    models.UniqueConstraint(fields=("snapshot", "first", "second"), name="a_pair_judged_once")
                ],
            },
        ),
    ]
