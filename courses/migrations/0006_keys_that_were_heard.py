"""A sitting remembers the newest keys that moved its room, so that one that is sent again is known."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("courses", "0005_what_defects_weigh"),
    ]

    operations = [
        migrations.AddField(
            model_name="sitting",
            name="pressed",
            field=models.JSONField(default=list),
        ),
    ]
