"""A model's family is computed from its name from now on, also for the rows that are there."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from reviews.families import family_of


def compute(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Write the computed family where another was typed. What was handed in keeps its own."""
    for model in apps.get_model("reviews", "LanguageModel").objects.all():
        model.family = family_of(model.name)
        model.save(update_fields=["family"])


class Migration(migrations.Migration):
    dependencies = [("reviews", "0007_ways_to_models")]
    operations = [migrations.RunPython(compute, migrations.RunPython.noop)]
