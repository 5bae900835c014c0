"""What may leave the house, and what was noticed before it left."""

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reviews", "0005_ledger")]
    operations = [
        migrations.CreateModel(
            name="Clearance",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("people", models.JSONField(default=list)),
                ("files", models.JSONField(blank=True, null=True)),
                (
                    "snapshot",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="clearance",
                        to="reviews.snapshot",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("instruction", "tries to instruct the reviewer"),
                            ("secret", "a secret, replaced before the code left"),
                            ("person", "a person's name, replaced before the code left"),
                            ("hidden", "invisible characters, removed before the code left"),
                        ],
                        max_length=11,
                    ),
                ),
                ("path", models.CharField(max_length=1024)),
                ("line", models.PositiveIntegerField()),
                ("quote", models.TextField(blank=True, help_text="The line, without the secret.")),
                ("words", models.CharField(help_text="What it is, in words.", max_length=200)),
                (
                    "snapshot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notices",
                        to="reviews.snapshot",
                    ),
                ),
            ],
            options={
                "ordering": ("path", "line", "pk"),
            },
        ),
    ]
