"""The lists that an administrator edits: models, reviewers, ways to providers, prices.

What was recorded (calls, budgets, recordings, notices) can be read only. A key is entered here and
never shown again: not in a page, not in the history, not in an error.
"""

from __future__ import annotations

from typing import Any, TypeVar

from django.contrib import admin, messages
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.formats import date_format
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables

from reviews.engine import connections, keys, limits
from reviews.engine.prices import dollars
from reviews.forms import ConnectionForm, PriceForm, ReviewerForm
from reviews.models import (
    Budget,
    Call,
    Connection,
    LanguageModel,
    Notice,
    Price,
    Recording,
    Reviewer,
)

Row = TypeVar("Row", bound=models.Model)


class ReadOnlyAdmin(admin.ModelAdmin[Row]):
    """Rows that are looked at and never added, changed or deleted here."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """They are written by reviews alone."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        """What was recorded stays as it was."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        """Numbers that people were shown hang on them."""
        return False


@admin.register(LanguageModel)
class LanguageModelAdmin(admin.ModelAdmin[LanguageModel]):
    """Models that write or review code. The family, computed, decides what counts as self and as cross."""

    fields = ("name", "label", "family", "offered", "context_tokens", "output_tokens")
    readonly_fields = ("family",)
    list_display = ("label", "name", "family", "offered", "context_tokens", "output_tokens")
    list_filter = ("family", "offered")
    search_fields = ("label", "name", "family")


@admin.register(Reviewer)
class ReviewerAdmin(admin.ModelAdmin[Reviewer]):
    """Who can be asked to review."""

    form = ReviewerForm
    list_display = ("name", "provider", "model", "role", "connection", "active")
    list_filter = ("active", "provider")
    search_fields = ("name",)
    list_select_related = ("model", "connection")


@admin.register(Connection)
class ConnectionAdmin(admin.ModelAdmin[Connection]):
    """The site's ways to providers. Keys that courses brought are not seen here."""

    form = ConnectionForm
    list_display = ("name", "provider", "base_url", "active", "key_is_stored", "last_check", "left_alone")
    list_filter = ("provider", "active")
    readonly_fields = ("last_check", "left_alone")

    def get_fieldsets(self, request: HttpRequest, obj: Connection | None = None) -> Any:
        """Where it leads, its key, how fast it may be, and how it is."""
        key = ("new_key", "forget_key") if obj and obj.has_key else ("new_key",)
        return (
            (None, {"fields": ("name", "provider", "base_url", "supports_schemas", "active")}),
            ("Key", {"fields": key}),
            (
                "Limits, for all workers together; empty: none",
                {"fields": ("requests_per_minute", "tokens_per_minute", "calls_at_once")},
            ),
            ("How it is", {"fields": ("last_check", "left_alone")}),
        )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Connection]:
        """The site's own."""
        return super().get_queryset(request).filter(scope="")

    @method_decorator(sensitive_post_parameters("new_key"))
    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """As ever, but an error's report holds no key."""
        return super().changeform_view(request, *args, **kwargs)

    @sensitive_variables("key")
    def save_model(self, request: HttpRequest, obj: Connection, form: Any, change: bool) -> None:
        """Store what was entered and nothing else: workers count in this row meanwhile."""
        stored = [name for name in form.changed_data if name in ConnectionForm.Meta.fields]
        obj.save(update_fields=stored if change else None)
        key = form.cleaned_data["new_key"]
        if key:
            keys.set_key(obj, key)
        elif form.cleaned_data.get("forget_key"):
            keys.forget_key(obj)
        if change and form.moves() and (forgotten := connections.forget_keys_for_old_address(obj)):
            messages.warning(
                request,
                f"Keys that courses had brought for the old address were forgotten: {forgotten}. "
                "Their instructors can enter them again.",
            )

    @admin.display(description="Key", boolean=True)
    def key_is_stored(self, obj: Connection) -> bool:
        """Whether it has a key of its own."""
        return obj.has_key

    @admin.display(description="Last check")
    def last_check(self, obj: Connection) -> str:
        """What the last set-up check found."""
        if obj.checked_at is None:
            return "never checked"
        when = date_format(timezone.localtime(obj.checked_at), "DATETIME_FORMAT")
        return f"{when}: {'works' if obj.check_worked else 'fails'}. {obj.check_says}"

    @admin.display(description="Left alone until")
    def left_alone(self, obj: Connection) -> str:
        """Until when nobody calls it, because it kept failing."""
        until = limits.left_alone_until(obj, timezone.now())
        return date_format(timezone.localtime(until), "DATETIME_FORMAT") if until else "-"


@admin.register(Price)
class PriceAdmin(admin.ModelAdmin[Price]):
    """In US dollars for a million tokens. A new price is a new row: what was paid keeps its own."""

    form = PriceForm
    list_display = ("model", "since", "input", "cached", "written", "output", "source")
    list_filter = ("model",)
    search_fields = ("model",)


@admin.register(Budget)
class BudgetAdmin(ReadOnlyAdmin[Budget]):
    """How budgets stand. They are set on the pages of courses and assignments."""

    list_display = fields = ("name", "limit_in_dollars", "spent_in_dollars", "reserved_in_dollars")
    search_fields = ("name",)

    @admin.display(description="Limit", ordering="limit")
    def limit_in_dollars(self, obj: Budget) -> str:
        """What may be spent in all."""
        return dollars(obj.limit)

    @admin.display(description="Spent", ordering="spent")
    def spent_in_dollars(self, obj: Budget) -> str:
        """What was, with the most that calls of unknown cost can have cost."""
        return dollars(obj.spent)

    @admin.display(description="Held by calls under way", ordering="reserved")
    def reserved_in_dollars(self, obj: Budget) -> str:
        """The dearest that they can cost."""
        return dollars(obj.reserved)


@admin.register(Call)
class CallAdmin(ReadOnlyAdmin[Call]):
    """The ledger, as it was written."""

    list_display = ("asked_at", "provider", "model", "state", "trouble", "output_tokens", "cost_in_dollars")
    list_filter = ("state", "provider", "model", "connection")
    search_fields = ("request_id", "model")
    list_select_related = ("connection",)
    exclude = ("system", "material", "cost", "reserved")
    readonly_fields = ("told", "shown", "cost_in_dollars", "at_most")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Call]:
        """Without the long texts, of which a list shows none."""
        return super().get_queryset(request).defer("task", "schema", "reply", "detail")

    @admin.display(description="System")
    def told(self, obj: Call) -> str:
        """What it was told to be."""
        return obj.system.text

    @admin.display(description="Material")
    def shown(self, obj: Call) -> str:
        """What it was shown."""
        return obj.material.text

    @admin.display(description="Cost", ordering="cost")
    def cost_in_dollars(self, obj: Call) -> str:
        """What it cost, where that is known."""
        return "unknown" if obj.cost is None else dollars(obj.cost)

    @admin.display(description="At most")
    def at_most(self, obj: Call) -> str:
        """What was reserved for it."""
        return dollars(obj.reserved)


@admin.register(Notice)
class NoticeAdmin(ReadOnlyAdmin[Notice]):
    """What was noticed in code before anybody was asked."""

    list_display = ("kind", "path", "line", "words")
    list_filter = ("kind",)
    search_fields = ("path", "words")


@admin.register(Recording)
class RecordingAdmin(ReadOnlyAdmin[Recording]):
    """Stored reports, replayed as they were written."""

    list_display = ("model", "protocol", "role", "round", "sha256")
    list_filter = ("protocol", "model")
    search_fields = ("sha256",)
