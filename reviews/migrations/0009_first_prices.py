"""Prices that were read at their vendors' own pages on 23 November 2026. An administrator keeps them up.

In US dollars for a million tokens; a cache write is the one that holds for five minutes. Models of
the list whose price was not found at its vendor have none: they are called only where no budget is.
Haiku's price is that of prompts up to 100,000 tokens, so its room is kept below them.
"""

from datetime import date

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

ANTHROPIC = "platform.claude.com, read 2026-11-23"
OPENAI = "developers.openai.com, read 2026-11-23"
READ = date(2026, 11, 23)
PRICES = (
    # model, since, input, cached, written, output, source
    ("claude-opus-4-6", READ, "5", "0.5", "6.25", "25", ANTHROPIC),
    ("claude-opus-5-5", READ, "4", "0.2", "5", "20", ANTHROPIC),
    ("claude-haiku-5-5", date(2026, 10, 7), "0.1", "0.01", "0.125", "0.5", ANTHROPIC),
    ("gpt-5.4", READ, "2.5", "0.25", "2.5", "15", OPENAI),
    ("gpt-6-luna", date(2026, 9, 22), "0.1", "0.01", "0.125", "0.5", OPENAI),
    ("gpt-6.2-sol", READ, "2", "0.1", "2.5", "10", OPENAI),
)


def add(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Add what is not there yet."""
    price = apps.get_model("reviews", "Price")
    for model, since, fresh, cached, written, output, source in PRICES:
        price.objects.get_or_create(
            model=model,
            since=since,
            defaults={
                "input": fresh,
                "cached": cached,
                "written": written,
                "output": output,
                "source": source,
            },
        )
    haiku = apps.get_model("reviews", "LanguageModel").objects.filter(name="claude-haiku-5-5")
    haiku.update(context_tokens=90_000)


class Migration(migrations.Migration):
    dependencies = [("reviews", "0008_families_from_names")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
