"""What stands around every page of a submission: where it belongs, and its other pages."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from courses.models import Submission
from courses.rules import may
from courses.views import access
from courses.views.htmx import HtmxRequest

PAGES = (
    ("adjudicate", "Workbench", "courses.adjudicate"),
    ("result", "Result", "courses.view_grade"),
    ("numbers", "Numbers", "courses.view_grade"),
    ("apparatus", "Who saw what", "courses.view_findings"),
    ("reviews", "Reviews", "courses.view_submission"),
    ("ledger", "Ledger", "courses.view_findings"),
    ("code", "Code", "courses.view_submission"),
    ("receipt", "Receipt", "courses.view_submission"),
    ("consent", "Consent", "courses.answer_consent"),
)
"""The pages of a sealed submission: address, title, and who may see it. The last where consent was asked."""


def submission_context(request: HtmxRequest, submission: Submission) -> dict[str, Any]:
    """What every page about a submission needs: where it belongs, and the pages that this person may see."""
    person = access.person(request)
    consent = getattr(submission, "consent", None)
    pages = [page for page in PAGES if page[0] != "consent" or consent]
    # Several pages share a permission: each is asked once.
    allowed = {name: may(person, name, submission) for name in {permission for _, _, permission in pages}}
    return {
        "submission": submission,
        "assignment": submission.assignment,
        "course": submission.assignment.course,
        "is_staff": allowed["courses.adjudicate"],
        "consent": consent,
        "tabs": [
            {"name": name, "title": title, "url": reverse(f"courses:{name}", args=[submission.pk])}
            for name, title, permission in pages
            if allowed[permission]
        ],
    }
