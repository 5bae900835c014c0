"""How providers are reached: addresses, sealed keys, limits, prices, and what a course may spend."""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models

MICRO = 1_000_000
"""Money is counted in whole millionths of a US dollar."""


class Connection(models.Model):
    """A way to a provider, with what all workers must know of it: limits, breaker, token bucket.

    The site's own have no `scope`. A course that brings its own key has a connection of its own
    (`instead_of` the site's, at the same address, in the course's scope).
    """

    name = models.CharField(max_length=60)
    provider = models.CharField(max_length=50, help_text="A key of settings.REVIEW_PROVIDERS.")
    base_url = models.CharField(
        max_length=300,
        blank=True,
        help_text="Empty: the provider's usual one, or its environment variable's.",
    )
    sealed_key = models.TextField(blank=True, editable=False)
    key_set_at = models.DateTimeField(null=True, blank=True, editable=False)
    supports_schemas = models.BooleanField(
        default=True, help_text="Whether its server can hold a model to a JSON schema."
    )
    scope = models.CharField(max_length=40, blank=True, editable=False)
    instead_of = models.ForeignKey(
        "self", null=True, blank=True, editable=False, on_delete=models.CASCADE, related_name="replacements"
    )
    active = models.BooleanField(default=True)

    requests_per_minute = models.PositiveIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1)]
    )
    tokens_per_minute = models.PositiveIntegerField(null=True, blank=True, validators=[MinValueValidator(1)])
    calls_at_once = models.PositiveIntegerField(null=True, blank=True, validators=[MinValueValidator(1)])

    # The token bucket: what was left at `filled_at`.
    requests_left = models.FloatField(null=True, blank=True, editable=False)
    tokens_left = models.FloatField(null=True, blank=True, editable=False)
    filled_at = models.DateTimeField(null=True, blank=True, editable=False)

    # The breaker: failures since `failing_since`; while `open_until` lies ahead nobody calls.
    failures = models.PositiveIntegerField(default=0, editable=False)
    failing_since = models.DateTimeField(null=True, blank=True, editable=False)
    open_until = models.DateTimeField(null=True, blank=True, editable=False)

    # The last set-up check.
    checked_at = models.DateTimeField(null=True, blank=True, editable=False)
    check_worked = models.BooleanField(null=True, editable=False)
    check_seconds = models.FloatField(null=True, blank=True, editable=False)
    check_says = models.TextField(blank=True, editable=False)

    class Meta:
        ordering = ("name", "pk")
        constraints = [
            models.UniqueConstraint(fields=("name", "scope"), name="a_connection_once_per_scope"),
            models.UniqueConstraint(fields=("instead_of", "scope"), name="one_replacement_per_scope"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def has_key(self) -> bool:
        """Whether a key is stored here; the key itself is never shown."""
        return bool(self.sealed_key)


class Price(models.Model):
    """What a model costs from a day on, in US dollars for a million tokens. An administrator's table."""

    model = models.CharField(max_length=100, help_text="As the provider spells it: gpt-5.4")
    since = models.DateField()
    input = models.DecimalField(max_digits=10, decimal_places=4)
    cached = models.DecimalField(max_digits=10, decimal_places=4, help_text="Read from the prompt cache.")
    written = models.DecimalField(max_digits=10, decimal_places=4, help_text="Written to the prompt cache.")
    output = models.DecimalField(max_digits=10, decimal_places=4)
    source = models.CharField(max_length=200, blank=True, help_text="Where these figures were read.")

    class Meta:
        ordering = ("model", "-since")
        constraints = [
            models.UniqueConstraint(fields=("model", "since"), name="a_price_once_per_day"),
        ]

    def __str__(self) -> str:
        return f"{self.model} since {self.since}"


class Budget(models.Model):
    """What may be spent under a name ("course-7", "assignment-12"), in millionths of a US dollar.

    A call reserves its dearest outcome before it is made and is settled after it, so that
    `spent + reserved` never passes `limit`, however many workers call at once.
    """

    name = models.CharField(max_length=60, unique=True)
    limit = models.BigIntegerField()
    spent = models.BigIntegerField(default=0)
    reserved = models.BigIntegerField(default=0)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name
