"""Which state of its key an entry has its words from, so that nobody overwrites what they did not see."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reviews", "0017_a_key_before_the_judge")]

    operations = [
        migrations.AddField(
            model_name="keyentry",
            name="revision",
            field=models.PositiveIntegerField(
                default=0, help_text="The revision of the key that gave it its words."
            ),
        ),
    ]
