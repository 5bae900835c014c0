"""What another tool found, attached to a submission as a witness that names its tool."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from courses.domain.assignments import PlanLine
from courses.models import Course, Submission
from reviews.models import Finding, Review
from tests.doors import meets_closed_door
from tests.people import client_of
from tests.stories import RACE, assignment, handed_in, recorded_reviewer, recording, reviewed


@pytest.fixture
def submission(course: Course, amara: User) -> Submission:
    recorded_reviewer("gpt-5.4")
    recording("gpt-5.4", "cross_model", [])
    return reviewed(assignment(course, plan=[PlanLine("cross_model")]), amara)


@pytest.fixture
def url(submission: Submission) -> str:
    return reverse("courses:import", args=[submission.pk])


def verdict(**changes: Any) -> str:
    """The JSON of the plug-in, with one finding."""
    finding = {
        "severity": "high",
        "title": RACE.title,
        "body": RACE.explanation,
        "file": "shop.py",
        "line_start": 12,
        "line_end": 12,
        "confidence": 0.7,
        "recommendation": "Use one statement.",
    }
    values = {"verdict": "needs-attention", "summary": "One.", "findings": [finding], "next_steps": []}
    return json.dumps({**values, **changes})


def sarif(message: str = "Two buyers can take the same stock", path: str = "shop.py") -> str:
    place = {"artifactLocation": {"uri": path}, "region": {"startLine": 12}}
    result = {"ruleId": "race", "message": {"text": message}, "locations": [{"physicalLocation": place}]}
    tool = {"driver": {"name": "Prowler", "version": "2.1", "rules": [{"id": "race"}]}}
    return json.dumps({"version": "2.1.0", "runs": [{"tool": tool, "results": [result]}]})


def test_a_pasted_review_becomes_a_witness(ruth: User, submission: Submission, url: str) -> None:
    client = client_of(ruth)
    assert f'href="{url}"' in client.get(reverse("courses:reviews", args=[submission.pk])).text

    panel = client.post(url, {"text": verdict(), "tool": "Codex plug-in"}, follow=True)
    assert panel.redirect_chain == [(reverse("courses:reviews", args=[submission.pk]), 302)]
    assert "1 finding of Codex plug-in attached." in panel.text
    assert "Imported findings" in panel.text
    assert "Codex plug-in, imported" in panel.text
    table = client.get(reverse("courses:apparatus", args=[submission.pk])).text
    assert "I1, Imported findings: Codex plug-in, imported: seen" in table
    assert "Run again" not in panel.text.partition("Imported findings</a>")[2]


def test_a_file_in_sarif_names_its_tool_itself(ruth: User, submission: Submission, url: str) -> None:
    file = SimpleUploadedFile("prowler.sarif", b"\xef\xbb\xbf" + sarif().encode())
    panel = client_of(ruth).post(url, {"file": file, "text": "", "tool": ""}, follow=True)
    assert "1 finding of Prowler attached." in panel.text
    assert Finding.objects.get(by_pass__siglum="I1").path == "shop.py"


def test_what_was_left_out_is_said_with_its_reason(ruth: User, url: str) -> None:
    both = json.loads(verdict())
    both["findings"].append({"severity": "high", "title": "", "body": "", "file": "shop.py"})
    panel = client_of(ruth).post(url, {"text": json.dumps(both), "tool": "X"}, follow=True)
    assert "1 finding of X attached." in panel.text
    assert "Not everything was taken over. Finding 2 was left out: it has no title." in panel.text


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"text": ""}, "Choose a file, or paste its text."),
        (
            {"text": "not json at all"},
            "The file is not JSON (line 1, column 1). Save what the tool printed as JSON",
        ),
        ({"text": '{"hello": 1}'}, "neither SARIF 2.1.0"),
        ({"file": b"\xff\xfe\x00bad"}, "The file is not text in UTF-8. Choose it again"),
        ({"file": b"{}", "text": "{}"}, "Give a file or a text, not both."),
    ],
)
def test_what_cannot_be_read_is_said_and_what_was_typed_is_kept(
    ruth: User, url: str, given: dict[str, Any], why: str
) -> None:
    typed = given.get("text", "")
    if isinstance(given.get("file"), bytes):
        given = {**given, "file": SimpleUploadedFile("f.json", given["file"])}
    answer = client_of(ruth).post(url, {"tool": "Prowler", **given})
    assert answer.status_code == 422
    assert "Nothing was attached." in answer.text
    assert why in answer.text
    assert 'value="Prowler"' in answer.text
    kept = answer.text.partition("<textarea")[2].partition("</textarea>")[0]
    assert kept.partition(">")[2].strip() == typed.replace('"', "&quot;")
    assert not Review.objects.filter(protocol="imported").exists()


def test_a_file_is_attached_once(ruth: User, url: str) -> None:
    client = client_of(ruth)
    client.post(url, {"text": sarif()})
    answer = client.post(url, {"text": sarif()})
    assert answer.status_code == 422
    assert "This file was attached on" in answer.text
    assert Review.objects.filter(protocol="imported").count() == 1


def test_a_tools_words_are_words_and_no_markup(ruth: User, submission: Submission, url: str) -> None:
    evil = '<script>alert("x")</script>'
    client = client_of(ruth)
    client.post(url, {"text": verdict(summary=evil), "tool": evil})
    client.post(url, {"text": sarif(message=evil)})
    review = Review.objects.filter(protocol="imported").latest("pk")
    for address in (
        reverse("courses:reviews", args=[submission.pk]),
        reverse("courses:review", args=[submission.pk, review.pk]),
        reverse("courses:apparatus", args=[submission.pk]),
    ):
        page = client.get(address).text
        assert evil not in page
        assert "&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;" in page, address


def test_only_who_marks_the_work_imports(
    tomas: User, amara: User, ben: User, stranger: User, submission: Submission, url: str, course: Course
) -> None:
    for user, status in ((amara, 403), (ben, 403), (stranger, 404)):
        assert client_of(user).post(url, {"text": verdict()}).status_code == status
    assert not Review.objects.filter(protocol="imported").exists()
    client_of(tomas).post(url, {"text": verdict(), "tool": "X"})
    attached = Review.objects.get(protocol="imported")
    assert (attached.snapshot.revision.submission, attached.asked_by) == (submission, tomas)
    draft = handed_in(assignment(course, title="Another"), ben)
    unsealed = reverse("courses:import", args=[draft.pk])
    meets_closed_door(client_of(tomas).post(unsealed, {"text": verdict()}))
    assert Review.objects.get(protocol="imported") == attached, "nothing speaks before the seal"
