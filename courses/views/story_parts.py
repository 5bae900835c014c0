"""What the steps of a walkthrough speak of: states of the code, defects, witnesses."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from courses.domain import walkthroughs as domain
from courses.domain.queries import walkthroughs as queries
from courses.forms.hand_in import upload_limits
from courses.forms.walkthroughs import DefectForm, NewStateForm, StateForm, WitnessesForm
from courses.models import Walkthrough
from courses.views import access, editing
from courses.walkthroughs.editing import without_defect
from courses.walkthroughs.parts import Code, Defect


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def code_new(request: HttpRequest, walkthrough_id: int) -> HttpResponse:
    """A state of the code; `?from=` begins with another one's files, `&file=` with one of them to change."""
    walkthrough = access.walkthrough(request, walkthrough_id, "courses.edit_walkthrough")
    is_post = request.method == "POST"
    form = NewStateForm(
        walkthrough,
        request.POST if is_post else None,
        request.FILES if is_post else None,
        initial=_begun(request, walkthrough),
    )
    if is_post and editing.stored(
        form, lambda version: domain.add_code(walkthrough, form.story, form.name, form.files_in, version)
    ):
        count = len(form.files_in)
        messages.success(request, f"{form.name} is in, with {count} {'file' if count == 1 else 'files'}.")
        return editing.to_walkthrough(walkthrough, "code-new", "code")
    context = {
        "walkthrough": walkthrough,
        "course": walkthrough.course,
        "form": form,
        "states": queries.states_of(walkthrough, form.before),
        "limits": upload_limits().sentence(),
        "draft_key": f"{access.person(request).pk}:walkthrough:{walkthrough.pk}:code-new",
    }
    status = editing.UNPROCESSABLE if form.errors else 200
    return TemplateResponse(request, "walkthroughs/code.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def code_edit(request: HttpRequest, walkthrough_id: int, name: str) -> HttpResponse:
    """What is told of a state of the code. Its files stay: a change of them is another state."""
    walkthrough = access.walkthrough(request, walkthrough_id, "courses.edit_walkthrough")
    code = _code(walkthrough, name)
    form = StateForm(walkthrough, request.POST or None, name=name, initial=code.model_dump())
    if request.method == "POST" and editing.save(form):
        messages.success(request, f"What is told of {name} is saved.")
        return editing.to_walkthrough(walkthrough, f"code-{name}", "code")
    return editing.form_page(
        request, form, draft=f"code-{name}", heading=f"{name}: {code.title}", state=name, what="code"
    )


@require_POST
@login_required
def code_remove(request: HttpRequest, walkthrough_id: int, name: str) -> HttpResponse:
    """Take a state of the code out, where nothing shows it."""
    walkthrough = access.walkthrough(request, walkthrough_id, "courses.edit_walkthrough")
    _code(walkthrough, name)
    try:
        domain.drop_code(walkthrough, name, editing.version_of(request))
    except editing.REFUSALS as refusal:
        return editing.walkthrough_page(request, walkthrough, problem=str(refusal))
    messages.success(request, f"{name} is taken out, with its files.")
    return redirect(walkthrough)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def defect_new(request: HttpRequest, walkthrough_id: int) -> HttpResponse:
    """A defect."""
    walkthrough = access.walkthrough(request, walkthrough_id, "courses.edit_walkthrough")
    return _defect_page(request, walkthrough, None, "defect-new")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def defect_edit(request: HttpRequest, walkthrough_id: int, name: str) -> HttpResponse:
    """Change a defect. One that somebody took out meanwhile can be added again, with what was typed."""
    walkthrough = access.walkthrough(request, walkthrough_id, "courses.edit_walkthrough")
    if request.method == "POST" and not any(item.id == name for item in walkthrough.told().defects):
        form = DefectForm(walkthrough).again(request.POST)
        action = reverse("courses:story_defect_new", args=[walkthrough.pk])
        return editing.gone_page(request, form, action, draft=f"defect-{name}", heading="A defect")
    return _defect_page(request, walkthrough, _defect(walkthrough, name), f"defect-{name}")


@require_POST
@login_required
def defect_remove(request: HttpRequest, walkthrough_id: int, name: str) -> HttpResponse:
    """Take a defect out, where no finding is about it."""
    walkthrough = access.walkthrough(request, walkthrough_id, "courses.edit_walkthrough")
    title = _defect(walkthrough, name).title
    return editing.change(
        request, walkthrough, lambda story: without_defect(story, name), f"“{title}” is taken out."
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def witnesses(request: HttpRequest, walkthrough_id: int) -> HttpResponse:
    """Who reviews in this story."""
    walkthrough = access.walkthrough(request, walkthrough_id, "courses.edit_walkthrough")
    if "another" in request.POST:
        form = WitnessesForm(walkthrough).again(request.POST)
    else:
        form = WitnessesForm(walkthrough, request.POST or None)
        if request.method == "POST" and editing.save(form):
            messages.success(request, "The witnesses are saved.")
            return editing.to_walkthrough(walkthrough, "witnesses", "witnesses")
    return editing.form_page(request, form, draft="witnesses", heading="Witnesses")


def _defect_page(
    request: HttpRequest, walkthrough: Walkthrough, defect: Defect | None, draft: str
) -> HttpResponse:
    if "another" in request.POST:
        form = DefectForm(walkthrough, defect=defect).again(request.POST)
    else:
        form = DefectForm(walkthrough, request.POST or None, defect=defect)
        if request.method == "POST" and editing.save(form):
            messages.success(request, f"“{form.cleaned_data['title']}” is saved.")
            return editing.to_walkthrough(walkthrough, draft, "defects")
    return editing.form_page(
        request, form, draft=draft, heading=defect.title if defect else "A defect", defect=defect
    )


def _begun(request: HttpRequest, walkthrough: Walkthrough) -> dict[str, str]:
    """With what a new state begins: another one's files, one of them to be changed."""
    base, path = request.GET.get("from", ""), request.GET.get("file", "")
    if not walkthrough.codes.filter(name=base).exists():
        return {}
    found = next((file for file in domain.files_of(walkthrough, base) if file.path == path), None)
    return {"base": base} | ({"pasted_name": found.path, "pasted_text": found.text} if found else {})


def _code(walkthrough: Walkthrough, name: str) -> Code:
    found = next((code for code in walkthrough.told().codes if code.name == name), None)
    if found is None:
        raise Http404
    return found


def _defect(walkthrough: Walkthrough, name: str) -> Defect:
    found = next((item for item in walkthrough.told().defects if item.id == name), None)
    if found is None:
        raise Http404
    return found
