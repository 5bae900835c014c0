"""An assignment's answer key: its entries, in and out as files. The workbench adds to it, too."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses.domain import answer_keys as domain
from courses.domain.queries import answer_keys as queries
from courses.forms.answer_keys import EntryForm, KeyFileForm, RemoveForm
from courses.models import Assignment
from courses.rules import may
from courses.views import access
from reviews import cwe
from reviews.exchange import answer_key
from reviews.gap.keys import ChangedMeanwhile
from reviews.models import KeyEntry

UNPROCESSABLE = 422


@login_required
@require_safe
def key(request: HttpRequest, assignment_id: int) -> HttpResponse:
    """The entries, and who saw them."""
    assignment = access.assignment(request, assignment_id, "courses.view_answer_key")
    return _page(request, assignment, KeyFileForm())


@login_required
@require_POST
def take_in(request: HttpRequest, assignment_id: int) -> HttpResponse:
    """Add the entries of a file."""
    assignment = access.assignment(request, assignment_id, "courses.edit_answer_key")
    form = KeyFileForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, assignment, form)
    file = form.key_file
    kept = domain.take_in(assignment, file.entries)
    there = len(file.entries) - len(kept.entries)
    already = f" {_counted(there)} {'was' if there == 1 else 'were'} there already." if there else ""
    messages.success(request, f"{_counted(len(kept.entries))} added.{already}")
    if file.skipped:
        messages.warning(request, f"Not everything was taken over. {' '.join(file.skipped)}")
    return redirect("courses:answer_key", assignment.pk)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, assignment_id: int) -> HttpResponse:
    """A form for an entry."""
    assignment = access.assignment(request, assignment_id, "courses.edit_answer_key")
    form = EntryForm(assignment, None, request.POST or None)
    if form.is_bound and form.is_valid():
        kept = domain.add(assignment, form.claim(), form.origin_of())
        messages.success(request, f"Entry {kept.entries[0].number} is in the key.")
        return _saved(assignment, "new")
    return _form_page(request, assignment, form)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def entry(request: HttpRequest, assignment_id: int, number: int) -> HttpResponse:
    """Change an entry. One that somebody took out meanwhile can be added again, with what was typed."""
    assignment = access.assignment(request, assignment_id, "courses.edit_answer_key")
    found = _entries(assignment).filter(number=number).first()
    if found is None:
        return _gone_page(request, assignment)
    form = EntryForm(assignment, found, request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            domain.change(assignment, found, form.claim(), form.origin_of(), form.cleaned_data["revision"])
        except ChangedMeanwhile as meanwhile:
            form.beaten(meanwhile)
            found = meanwhile.stored
        except KeyEntry.DoesNotExist:
            return _gone_page(request, assignment)
        else:
            messages.success(request, f"Entry {number} is changed.")
            return _saved(assignment, str(number))
    return _form_page(request, assignment, form, entry=found, held=queries.holding(found))


@login_required
@require_POST
def remove(request: HttpRequest, assignment_id: int, number: int) -> HttpResponse:
    """Take an entry out, unless somebody changed it since it was read."""
    assignment = access.assignment(request, assignment_id, "courses.edit_answer_key")
    found = get_object_or_404(_entries(assignment), number=number)
    sent = RemoveForm(request.POST)
    try:
        domain.remove(assignment, found, sent.cleaned_data["revision"] if sent.is_valid() else None)
    except ChangedMeanwhile as meanwhile:
        messages.error(request, f"{meanwhile} It was not taken out. This is how it stands now.")
        return redirect("courses:key_entry", assignment.pk, number)
    except KeyEntry.DoesNotExist as gone:
        raise Http404 from gone
    messages.success(request, f"Entry {number} is taken out of the key.")
    return redirect("courses:answer_key", assignment.pk)


@login_required
@require_POST
def have_judged(request: HttpRequest, assignment_id: int) -> HttpResponse:
    """Ask the judge about what is uncertain of the key, in all submissions."""
    assignment = access.assignment(request, assignment_id, "courses.edit_answer_key")
    domain.have_judged(assignment)
    messages.success(request, "The judge is being asked. What it says stands with the claims.")
    return redirect("courses:answer_key", assignment.pk)


@login_required
@require_POST
def try_again(request: HttpRequest, assignment_id: int) -> HttpResponse:
    """Apply the key once more where it could not be applied."""
    assignment = access.assignment(request, assignment_id, "courses.edit_answer_key")
    domain.try_again(assignment)
    return redirect("courses:answer_key", assignment.pk)


@login_required
@require_safe
def as_json(request: HttpRequest, assignment_id: int) -> HttpResponse:
    """The key as JSON, to be imported elsewhere."""
    assignment = access.assignment(request, assignment_id, "courses.view_answer_key")
    return _download(assignment, answer_key.as_json(domain.entries(assignment)), "json", "application/json")


@login_required
@require_safe
def as_sarif(request: HttpRequest, assignment_id: int) -> HttpResponse:
    """The key as SARIF, for other tools."""
    assignment = access.assignment(request, assignment_id, "courses.view_answer_key")
    log = answer_key.as_sarif(domain.entries(assignment), timezone.now())
    return _download(assignment, log, "sarif", "application/sarif+json")


def _page(request: HttpRequest, assignment: Assignment, form: KeyFileForm) -> HttpResponse:
    context = {
        "assignment": assignment,
        "course": assignment.course,
        "table": queries.key_table(assignment),
        "form": form,
        "saved": request.GET.get("saved", ""),
        "may_edit": may(access.person(request), "courses.edit_answer_key", assignment),
    }
    status = UNPROCESSABLE if form.errors else 200
    return TemplateResponse(request, "courses/answer_key.html", context, status=status)


def _form_page(request: HttpRequest, assignment: Assignment, form: EntryForm, **context: Any) -> HttpResponse:
    shown = {
        "assignment": assignment,
        "course": assignment.course,
        "form": form,
        "weaknesses": [cwe.label(number) for number in cwe.NAMES],
        **context,
    }
    status = UNPROCESSABLE if form.errors else 200
    return TemplateResponse(request, "courses/answer_key_entry.html", shown, status=status)


def _gone_page(request: HttpRequest, assignment: Assignment) -> HttpResponse:
    """What was typed into an entry that is not there, to be added as a new one. Raises Http404 otherwise."""
    if request.method != "POST":
        raise Http404
    form = EntryForm(assignment, None, request.POST)
    form.is_valid()
    form.add_error(
        None,
        "Somebody took this entry out meanwhile, so nothing was saved. What you typed is kept: add it as "
        "a new one.",
    )
    return _form_page(
        request, assignment, form, action=reverse("courses:key_entry_new", args=[assignment.pk])
    )


def _entries(assignment: Assignment) -> QuerySet[KeyEntry]:
    """The entries of the assignment's key; none where it has no key."""
    return KeyEntry.objects.select_related("key").filter(key__assignments=assignment)


def _saved(assignment: Assignment, draft: str) -> HttpResponse:
    """To the key, which lets the browser forget what was typed."""
    return redirect(f"{reverse('courses:answer_key', args=[assignment.pk])}?saved={draft}")


def _download(assignment: Assignment, value: dict[str, Any], ending: str, content_type: str) -> HttpResponse:
    name = slugify(assignment.title)[:60] or f"assignment-{assignment.pk}"
    response = HttpResponse(json.dumps(value, ensure_ascii=False, indent=2), content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}-answer-key.{ending}"'
    return response


def _counted(count: int) -> str:
    return "1 entry" if count == 1 else f"{count:,} entries"
