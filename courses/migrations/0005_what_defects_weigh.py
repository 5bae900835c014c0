"""Weights become the course's policy. Points that were given so far were given by the site's: 8, 4, 2, 1."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("courses", "0004_walkthroughs_and_sittings"),
    ]

    operations = [
        migrations.AddField(
            model_name="course",
            name="weight_critical",
            field=models.PositiveSmallIntegerField(default=8),
        ),
        migrations.AddField(
            model_name="course",
            name="weight_info",
            field=models.PositiveSmallIntegerField(default=1),
        ),
        migrations.AddField(
            model_name="course",
            name="weight_major",
            field=models.PositiveSmallIntegerField(default=4),
        ),
        migrations.AddField(
            model_name="course",
            name="weight_minor",
            field=models.PositiveSmallIntegerField(default=2),
        ),
        migrations.AddField(
            model_name="grade",
            name="weight_critical",
            field=models.PositiveSmallIntegerField(default=8),
        ),
        migrations.AddField(
            model_name="grade",
            name="weight_info",
            field=models.PositiveSmallIntegerField(default=1),
        ),
        migrations.AddField(
            model_name="grade",
            name="weight_major",
            field=models.PositiveSmallIntegerField(default=4),
        ),
        migrations.AddField(
            model_name="grade",
            name="weight_minor",
            field=models.PositiveSmallIntegerField(default=2),
        ),
        migrations.AddConstraint(
            model_name="course",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("weight_critical__range", (1, 1000)),
                    ("weight_info__lte", models.F("weight_minor")),
                    ("weight_major__lte", models.F("weight_critical")),
                    ("weight_minor__lte", models.F("weight_major")),
                ),
                name="course_weights_are_in_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="grade",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("weight_critical__range", (1, 1000)),
                    ("weight_info__lte", models.F("weight_minor")),
                    ("weight_major__lte", models.F("weight_critical")),
                    ("weight_minor__lte", models.F("weight_major")),
                ),
                name="grade_weights_are_in_order",
            ),
        ),
    ]
