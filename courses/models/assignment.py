"""A brief, a review plan, dates, and when students see what the models said."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone

from courses.models.course import Course
from reviews.models import AnswerKey, LanguageModel, Reviewer, Snapshot
from reviews.protocols import PROTOCOLS


class Assignment(models.Model):
    """What students are asked to hand in, and by whom it is then reviewed."""

    class State(models.TextChoices):
        """Drafts are invisible to students."""

        DRAFT = "draft", "draft"
        PUBLISHED = "published", "published"

    class Visibility(models.TextChoices):
        """When students see the models' findings and the defects made of them."""

        SEALED = "sealed", "at once after sealing"
        DUE = "due", "after the due date"
        GRADE = "grade", "with the grade"

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="assignments")
    title = models.CharField(max_length=160)
    brief = models.TextField(blank=True, help_text="Markdown.")
    state = models.CharField(max_length=9, choices=State, default=State.DRAFT)
    opens_at = models.DateTimeField()
    due_at = models.DateTimeField()
    accepted_types = models.CharField(
        max_length=200,
        blank=True,
        help_text="File endings, with commas: .py, .toml. Empty: any text file.",
    )
    visibility = models.CharField(max_length=6, choices=Visibility, default=Visibility.GRADE)
    least_notes = models.PositiveSmallIntegerField(default=3, validators=[MaxValueValidator(50)])
    points = models.PositiveSmallIntegerField(
        default=100, validators=[MinValueValidator(1), MaxValueValidator(1000)]
    )
    starter = models.ForeignKey(Snapshot, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    starter_author = models.ForeignKey(
        LanguageModel, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    starter_test_evidence = models.TextField(blank=True)
    budget = models.DecimalField(
        max_digits=8,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text="What its reviews may cost in all, in US dollars. Empty: only the course's budget holds.",
    )
    reruns = models.PositiveSmallIntegerField(
        default=1,
        validators=[MaxValueValidator(20)],
        help_text="How often each student may have a review that could not be finished run again.",
    )
    answer_key = models.ForeignKey(
        AnswerKey, null=True, blank=True, on_delete=models.PROTECT, related_name="assignments"
    )
    judge = models.ForeignKey(
        Reviewer,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="The model that is asked where two claims may or may not be one. Empty: nobody is.",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("due_at", "pk")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(due_at__gt=models.F("opens_at")), name="due_after_it_opens"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The assignment's page: the brief to students, the dashboard to staff."""
        return reverse("courses:assignment", args=[self.pk])

    @property
    def types(self) -> tuple[str, ...]:
        """The accepted file endings; empty for any."""
        return tuple(item.strip() for item in self.accepted_types.split(",") if item.strip())

    @property
    def is_draft(self) -> bool:
        """Whether students cannot see it yet."""
        return self.state == self.State.DRAFT

    @property
    def is_open(self) -> bool:
        """Whether work can be handed in now."""
        return not self.is_draft and self.opens_at <= timezone.now() < self.due_at


class PlanStep(models.Model):
    """One line of the review plan. No reviewers named: any that suit the protocol."""

    class RevisedBy(models.TextChoices):
        """Who answers a plan's criticism with the next version."""

        MODEL = "model", "the author's model"
        STUDENT = "student", "the student"

    assignment = models.ForeignKey(Assignment, on_delete=models.CASCADE, related_name="plan")
    protocol = models.CharField(max_length=40)
    position = models.PositiveSmallIntegerField()
    passes = models.PositiveSmallIntegerField(
        default=1, validators=[MinValueValidator(1), MaxValueValidator(8)]
    )
    rounds = models.PositiveSmallIntegerField(
        default=3, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    focus = models.CharField(max_length=500, blank=True)
    revised_by = models.CharField(max_length=7, choices=RevisedBy, default=RevisedBy.MODEL)
    reviewers = models.ManyToManyField(Reviewer, blank=True, related_name="+")

    class Meta:
        ordering = ("position",)
        constraints = [
            models.UniqueConstraint(fields=("assignment", "protocol"), name="a_protocol_once_per_plan"),
        ]

    def __str__(self) -> str:
        return f"{self.label} × {self.passes}"

    @property
    def label(self) -> str:
        """The protocol's name for people."""
        return PROTOCOLS[self.protocol].label
