"""Whatever was decided until now, a person decided."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def name(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Write whose word each standing is."""
    decided = apps.get_model("reviews", "Defect").objects.exclude(standing="undecided")
    decided.update(decided_from="person")


class Migration(migrations.Migration):
    dependencies = [("reviews", "0012_whose_word")]
    operations = [migrations.RunPython(name, migrations.RunPython.noop)]
