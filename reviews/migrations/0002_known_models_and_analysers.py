"""The models that students may have used today, and the analysers that come with Blindspot.

An administrator edits both lists afterwards.
"""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

MODELS = (
    ("claude-opus-4-6", "Claude Opus 4.6", "anthropic"),
    ("claude-opus-5-5", "Claude Opus 5.5", "anthropic"),
    ("claude-sonnet-5-5", "Claude Sonnet 5.5", "anthropic"),
    ("claude-haiku-5-5", "Claude Haiku 5.5", "anthropic"),
    ("gpt-5.4", "GPT 5.4", "openai"),
    ("gpt-5.6-sol", "GPT 5.6 Sol", "openai"),
    ("gpt-6-luna", "GPT 6 Luna", "openai"),
    ("gpt-6.2-sol", "GPT 6.2 Sol", "openai"),
)
ANALYSERS = ("ruff", "bandit", "ast-grep")


def add(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Add what is not there yet."""
    model = apps.get_model("reviews", "LanguageModel")
    for name, label, family in MODELS:
        model.objects.get_or_create(name=name, defaults={"label": label, "family": family})
    reviewer = apps.get_model("reviews", "Reviewer")
    for name in ANALYSERS:
        reviewer.objects.get_or_create(name=name, defaults={"provider": name})


class Migration(migrations.Migration):
    dependencies = [("reviews", "0001_the_first_rows")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
