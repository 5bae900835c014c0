"""Every call to a model."""

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reviews", "0004_panels_and_texts")]
    operations = [
        migrations.CreateModel(
            name="Call",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("attempt", models.PositiveIntegerField(help_text="The pass's attempt that made it.")),
                ("number", models.PositiveIntegerField(help_text="2: asked once more, in the right form.")),
                ("provider", models.CharField(max_length=50)),
                ("model", models.CharField(max_length=100)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "asked"),
                            ("replied", "replied"),
                            ("failed", "failed"),
                            ("lost", "lost"),
                        ],
                        default="asked",
                        max_length=7,
                    ),
                ),
                ("trouble", models.CharField(blank=True, max_length=20)),
                ("detail", models.TextField(blank=True)),
                (
                    "instructions",
                    models.CharField(help_text="Name and version of what it was told.", max_length=100),
                ),
                ("task", models.TextField()),
                ("schema", models.JSONField(default=dict)),
                ("reply", models.TextField(blank=True)),
                ("ending", models.CharField(blank=True, max_length=10)),
                ("request_id", models.CharField(blank=True, max_length=200)),
                ("answered_by", models.CharField(blank=True, max_length=100)),
                ("input_tokens", models.PositiveIntegerField(default=0)),
                ("cached_tokens", models.PositiveIntegerField(default=0)),
                ("written_tokens", models.PositiveIntegerField(default=0)),
                ("output_tokens", models.PositiveIntegerField(default=0)),
                ("reasoning_tokens", models.PositiveIntegerField(default=0)),
                (
                    "price",
                    models.JSONField(
                        blank=True,
                        help_text="That day's, in US dollars for a million tokens; null: unknown.",
                        null=True,
                    ),
                ),
                (
                    "cost",
                    models.BigIntegerField(blank=True, help_text="Millionths of a US dollar.", null=True),
                ),
                ("reserved", models.BigIntegerField(default=0, help_text="Millionths of a US dollar.")),
                ("budgets", models.JSONField(default=list)),
                ("asked_at", models.DateTimeField()),
                (
                    "live_until",
                    models.DateTimeField(help_text="Until then it takes one of the connection's places."),
                ),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "by_pass",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="calls",
                        to="reviews.pass",
                    ),
                ),
                (
                    "material",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="reviews.blob"
                    ),
                ),
                (
                    "system",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="reviews.blob"
                    ),
                ),
                (
                    "connection",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="calls",
                        to="reviews.connection",
                    ),
                ),
            ],
            options={
                "ordering": ("asked_at", "pk"),
            },
        ),
        migrations.AddIndex(
            model_name="call",
            index=models.Index(fields=["connection", "state"], name="call_by_connection_and_state"),
        ),
        migrations.AddConstraint(
            model_name="call",
            constraint=models.UniqueConstraint(
                fields=("by_pass", "attempt", "number"), name="a_call_once_per_attempt"
            ),
        ),
    ]
