"""Whose word a defect's standing is."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reviews", "0011_answer_keys")]

    operations = [
        migrations.AddField(
            model_name="defect",
            name="decided_from",
            field=models.CharField(
                blank=True, choices=[("person", "a person"), ("key", "the answer key")], max_length=6
            ),
        ),
        migrations.AddField(
            model_name="defect",
            name="decided_like",
            field=models.ForeignKey(
                blank=True,
                help_text="The defect of another submission whose verdict a person took over.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="reviews.defect",
            ),
        ),
    ]
