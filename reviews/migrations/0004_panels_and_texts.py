"""What reviewers say of one another, and the texts that they work on."""

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reviews", "0003_connections_prices_and_budgets"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.RemoveField(
            model_name="pass",
            name="usage",
        ),
        migrations.AddField(
            model_name="finding",
            name="combines",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name="finding",
            name="elsewhere",
            field=models.JSONField(
                blank=True, default=list, help_text="Further places: lists of path, first and last line."
            ),
        ),
        migrations.AddField(
            model_name="finding",
            name="outcome",
            field=models.CharField(
                blank=True,
                choices=[
                    ("confirmed", "confirmed"),
                    ("integration", "integration"),
                    ("single", "single"),
                    ("dismissed", "dismissed"),
                ],
                max_length=11,
            ),
        ),
        migrations.AddField(
            model_name="note",
            name="elsewhere",
            field=models.JSONField(
                blank=True, default=list, help_text="Further places: lists of path, first and last line."
            ),
        ),
        migrations.AddField(
            model_name="pass",
            name="document",
            field=models.JSONField(
                blank=True, help_text="The path and text of the document that it works on.", null=True
            ),
        ),
        migrations.AddField(
            model_name="pass",
            name="exhibits",
            field=models.JSONField(
                default=list, help_text="What it is shown besides the code: pairs of a title and a text."
            ),
        ),
        migrations.AddField(
            model_name="pass",
            name="failures",
            field=models.PositiveIntegerField(default=0, help_text="Failed calls and workers that died."),
        ),
        migrations.AddField(
            model_name="pass",
            name="left_out",
            field=models.JSONField(
                default=list, help_text="Pairs of a file that did not fit in, and what was shown of it."
            ),
        ),
        migrations.AddField(
            model_name="pass",
            name="task",
            field=models.CharField(default="review", max_length=20),
        ),
        migrations.AddField(
            model_name="pass",
            name="text",
            field=models.TextField(blank=True, help_text="The document or patch that it wrote."),
        ),
        migrations.AddField(
            model_name="pass",
            name="verdict",
            field=models.CharField(blank=True, max_length=15),
        ),
        migrations.AddField(
            model_name="pass",
            name="votes",
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name="review",
            name="asked_by",
            field=models.ForeignKey(
                blank=True,
                help_text="Who asked for this run; empty for the plan's own.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="review",
            name="budgets",
            field=models.JSONField(
                default=list, help_text="The names of the budgets that its calls are paid from."
            ),
        ),
        migrations.AddField(
            model_name="review",
            name="on_behalf_of",
            field=models.CharField(blank=True, help_text="A hash, for providers.", max_length=64),
        ),
        migrations.AddField(
            model_name="review",
            name="result",
            field=models.JSONField(
                default=dict, help_text="What the protocol made of what its reviewers said."
            ),
        ),
        migrations.AddField(
            model_name="review",
            name="scope",
            field=models.CharField(blank=True, help_text="Whose keys are used: course-7.", max_length=40),
        ),
        migrations.AlterField(
            model_name="pass",
            name="state",
            field=models.CharField(
                choices=[
                    ("queued", "queued"),
                    ("waiting", "waits for the student"),
                    ("running", "running"),
                    ("answered", "answered"),
                    ("unable", "could not review"),
                    ("cancelled", "cancelled"),
                ],
                default="queued",
                max_length=9,
            ),
        ),
    ]
