"""What a defect weighs is a policy that may change any day, so no sum of weights is kept."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("reviews", "0015_revisions_of_keys")]

    operations = [
        migrations.RemoveField(model_name="tally", name="valid_weight"),
        migrations.RemoveField(model_name="tally", name="caught_weight"),
    ]
