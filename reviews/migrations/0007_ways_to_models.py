"""The ways to models that the site can use at once, and reviewers to switch on when they are set up.

A connection without a key uses the SDK's own environment variable. The reviewers are switched off:
without a key each of them would only say that it could not review.
"""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

CONNECTIONS = (
    # The name is the provider's, so that a reviewer without a connection finds it.
    ("openai", 24),
    ("anthropic", 24),
    ("codex", 2),
    ("claude-code", 2),
)
REVIEWERS = (
    ("Claude Opus 4.6", "anthropic", "claude-opus-4-6"),
    ("GPT 5.4", "openai", "gpt-5.4"),
    ("Claude Code", "claude-code", "claude-opus-4-6"),
    ("Codex", "codex", "gpt-5.4"),
)


def add(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Add what is not there yet."""
    connection = apps.get_model("reviews", "Connection")
    reviewer = apps.get_model("reviews", "Reviewer")
    model = apps.get_model("reviews", "LanguageModel")
    for name, at_once in CONNECTIONS:
        connection.objects.get_or_create(
            name=name, scope="", defaults={"provider": name, "calls_at_once": at_once}
        )
    for name, provider, spelled in REVIEWERS:
        spoken_for = model.objects.filter(name=spelled).first()
        if spoken_for is not None:
            reviewer.objects.get_or_create(
                name=name,
                defaults={
                    "provider": provider,
                    "model": spoken_for,
                    "connection": connection.objects.get(name=provider, scope=""),
                    "active": False,
                },
            )


class Migration(migrations.Migration):
    dependencies = [("reviews", "0006_clearances_and_notices")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
