"""Ways to models, what they cost, and what may be spent."""

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reviews", "0002_known_models_and_analysers")]
    operations = [
        migrations.CreateModel(
            name="Budget",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=60, unique=True)),
                ("limit", models.BigIntegerField()),
                ("spent", models.BigIntegerField(default=0)),
                ("reserved", models.BigIntegerField(default=0)),
            ],
            options={
                "ordering": ("name",),
            },
        ),
        migrations.AddField(
            model_name="languagemodel",
            name="context_tokens",
            field=models.PositiveIntegerField(
                default=200000,
                help_text="How much it can read in one call; larger submissions are packed.",
                validators=[django.core.validators.MinValueValidator(4000)],
            ),
        ),
        migrations.AddField(
            model_name="languagemodel",
            name="output_tokens",
            field=models.PositiveIntegerField(
                default=16000,
                help_text="The most it may write in one call.",
                validators=[django.core.validators.MinValueValidator(1000)],
            ),
        ),
        migrations.AlterField(
            model_name="languagemodel",
            name="family",
            field=models.SlugField(editable=False, help_text="Models of one family share their blind spots."),
        ),
        migrations.AlterField(
            model_name="reviewer",
            name="role",
            field=models.CharField(
                choices=[
                    ("full review", "full review"),
                    ("callers", "callers"),
                    ("integration", "integration"),
                    ("cross-cutting", "cross-cutting"),
                    ("security", "security"),
                    ("architecture", "architecture"),
                    ("implementation", "implementation"),
                ],
                default="full review",
                max_length=40,
            ),
        ),
        migrations.CreateModel(
            name="Connection",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=60)),
                (
                    "provider",
                    models.CharField(help_text="A key of settings.REVIEW_PROVIDERS.", max_length=50),
                ),
                (
                    "base_url",
                    models.CharField(
                        blank=True,
                        help_text="Empty: the provider's usual one, or its environment variable's.",
                        max_length=300,
                    ),
                ),
                ("sealed_key", models.TextField(blank=True, editable=False)),
                ("key_set_at", models.DateTimeField(blank=True, editable=False, null=True)),
                (
                    "supports_schemas",
                    models.BooleanField(
                        default=True, help_text="Whether its server can hold a model to a JSON schema."
                    ),
                ),
                ("scope", models.CharField(blank=True, editable=False, max_length=40)),
                ("active", models.BooleanField(default=True)),
                (
                    "requests_per_minute",
                    models.PositiveIntegerField(
                        blank=True, null=True, validators=[django.core.validators.MinValueValidator(1)]
                    ),
                ),
                (
                    "tokens_per_minute",
                    models.PositiveIntegerField(
                        blank=True, null=True, validators=[django.core.validators.MinValueValidator(1)]
                    ),
                ),
                (
                    "calls_at_once",
                    models.PositiveIntegerField(
                        blank=True, null=True, validators=[django.core.validators.MinValueValidator(1)]
                    ),
                ),
                ("requests_left", models.FloatField(blank=True, editable=False, null=True)),
                ("tokens_left", models.FloatField(blank=True, editable=False, null=True)),
                ("filled_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("failures", models.PositiveIntegerField(default=0, editable=False)),
                ("failing_since", models.DateTimeField(blank=True, editable=False, null=True)),
                ("open_until", models.DateTimeField(blank=True, editable=False, null=True)),
                ("checked_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("check_worked", models.BooleanField(editable=False, null=True)),
                ("check_seconds", models.FloatField(blank=True, editable=False, null=True)),
                ("check_says", models.TextField(blank=True, editable=False)),
                (
                    "instead_of",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="replacements",
                        to="reviews.connection",
                    ),
                ),
            ],
            options={
                "ordering": ("name", "pk"),
            },
        ),
        migrations.AddField(
            model_name="reviewer",
            name="connection",
            field=models.ForeignKey(
                blank=True,
                help_text="How its provider is reached.",
                limit_choices_to={"scope": ""},
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                to="reviews.connection",
            ),
        ),
        migrations.CreateModel(
            name="Price",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("model", models.CharField(help_text="As the provider spells it: gpt-5.4", max_length=100)),
                ("since", models.DateField()),
                ("input", models.DecimalField(decimal_places=4, max_digits=10)),
                (
                    "cached",
                    models.DecimalField(
                        decimal_places=4, help_text="Read from the prompt cache.", max_digits=10
                    ),
                ),
                (
                    "written",
                    models.DecimalField(
                        decimal_places=4, help_text="Written to the prompt cache.", max_digits=10
                    ),
                ),
                ("output", models.DecimalField(decimal_places=4, max_digits=10)),
                (
                    "source",
                    models.CharField(blank=True, help_text="Where these figures were read.", max_length=200),
                ),
            ],
            options={
                "ordering": ("model", "-since"),
                "constraints": [
                    models.UniqueConstraint(fields=("model", "since"), name="a_price_once_per_day")
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="connection",
            constraint=models.UniqueConstraint(fields=("name", "scope"), name="a_connection_once_per_scope"),
        ),
        migrations.AddConstraint(
            model_name="connection",
            constraint=models.UniqueConstraint(
                fields=("instead_of", "scope"), name="one_replacement_per_scope"
            ),
        ),
    ]
