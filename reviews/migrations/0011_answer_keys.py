"""Known defects, and what they say of each snapshot."""

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

import reviews.claims
import reviews.snapshots.ground


class Migration(migrations.Migration):
    dependencies = [("reviews", "0010_why_claims_match")]

    operations = [
        migrations.CreateModel(
            name="AnswerKey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.CreateModel(
            name="AppliedKey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "key",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="applied",
                        to="reviews.answerkey",
                    ),
                ),
                (
                    "snapshot",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="applied_key",
                        to="reviews.snapshot",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="KeyEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(blank=True, max_length=200)),
                ("explanation", models.TextField(blank=True)),
                (
                    "severity",
                    models.CharField(
                        choices=[
                            ("critical", "critical"),
                            ("major", "major"),
                            ("minor", "minor"),
                            ("info", "info"),
                        ],
                        default=reviews.claims.Severity["MAJOR"],
                        max_length=8,
                    ),
                ),
                (
                    "odc_type",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("function", "function"),
                            ("interface", "interface"),
                            ("checking", "checking"),
                            ("assignment", "assignment"),
                            ("timing", "timing"),
                            ("build", "build"),
                            ("documentation", "documentation"),
                            ("algorithm", "algorithm"),
                        ],
                        max_length=13,
                    ),
                ),
                ("cwe", models.PositiveIntegerField(blank=True, null=True)),
                ("path", models.CharField(blank=True, max_length=1024)),
                ("first_line", models.PositiveIntegerField(blank=True, null=True)),
                ("last_line", models.PositiveIntegerField(blank=True, null=True)),
                ("quote", models.TextField(blank=True)),
                (
                    "confidence",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="In per cent.",
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(100),
                        ],
                    ),
                ),
                ("suggested_fix", models.TextField(blank=True)),
                (
                    "elsewhere",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="Further places: lists of path, first and last line.",
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                (
                    "origin",
                    models.CharField(
                        choices=[("planted", "planted"), ("found", "found in earlier work")],
                        default="planted",
                        max_length=7,
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "from_defect",
                    models.ForeignKey(
                        blank=True,
                        help_text="The adjudicated defect that it was made of.",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="key_entries",
                        to="reviews.defect",
                    ),
                ),
                (
                    "key",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="entries",
                        to="reviews.answerkey",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "key entries",
                "ordering": ("number",),
            },
        ),
        migrations.CreateModel(
            name="KeyClaim",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(blank=True, max_length=200)),
                ("explanation", models.TextField(blank=True)),
                (
                    "severity",
                    models.CharField(
                        choices=[
                            ("critical", "critical"),
                            ("major", "major"),
                            ("minor", "minor"),
                            ("info", "info"),
                        ],
                        default=reviews.claims.Severity["MAJOR"],
                        max_length=8,
                    ),
                ),
                (
                    "odc_type",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("function", "function"),
                            ("interface", "interface"),
                            ("checking", "checking"),
                            ("assignment", "assignment"),
                            ("timing", "timing"),
                            ("build", "build"),
                            ("documentation", "documentation"),
                            ("algorithm", "algorithm"),
                        ],
                        max_length=13,
                    ),
                ),
                ("cwe", models.PositiveIntegerField(blank=True, null=True)),
                ("path", models.CharField(blank=True, max_length=1024)),
                ("first_line", models.PositiveIntegerField(blank=True, null=True)),
                ("last_line", models.PositiveIntegerField(blank=True, null=True)),
                ("quote", models.TextField(blank=True)),
                (
                    "confidence",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="In per cent.",
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(100),
                        ],
                    ),
                ),
                ("suggested_fix", models.TextField(blank=True)),
                (
                    "elsewhere",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="Further places: lists of path, first and last line.",
                    ),
                ),
                (
                    "grounding",
                    models.CharField(
                        choices=[
                            ("exact", "at the cited line"),
                            ("unquoted", "lines cited, nothing quoted"),
                            ("moved", "moved to the quoted line"),
                            ("whole", "about the whole"),
                            ("none", "not found in the code"),
                        ],
                        default=reviews.snapshots.ground.Ground["EXACT"],
                        max_length=8,
                    ),
                ),
                (
                    "moved_by_person",
                    models.BooleanField(
                        default=False, help_text="Then no later matching takes it out of its defect."
                    ),
                ),
                (
                    "matched_by",
                    models.CharField(
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
                (
                    "match_score",
                    models.FloatField(blank=True, help_text="A probability, from 0 to 1.", null=True),
                ),
                (
                    "match_why",
                    models.CharField(blank=True, help_text="In one sentence, for people.", max_length=400),
                ),
                (
                    "defect",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="%(class)ss",
                        to="reviews.defect",
                    ),
                ),
                (
                    "snapshot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="key_claims",
                        to="reviews.snapshot",
                    ),
                ),
                (
                    "entry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="claims",
                        to="reviews.keyentry",
                    ),
                ),
            ],
            options={
                "ordering": ("entry__number", "pk"),
            },
        ),
        migrations.AddConstraint(
            model_name="keyentry",
            constraint=models.UniqueConstraint(fields=("key", "number"), name="a_number_once_per_key"),
        ),
        migrations.AddConstraint(
            model_name="keyentry",
            constraint=models.UniqueConstraint(
                condition=models.Q(("from_defect__isnull", False)),
                fields=("key", "from_defect"),
                name="a_defect_once_per_key",
            ),
        ),
        migrations.AddConstraint(
            model_name="keyclaim",
            constraint=models.UniqueConstraint(
                fields=("snapshot", "entry"), name="an_entry_once_per_snapshot"
            ),
        ),
    ]
