"""Insights: what is said of a class, that each number opens, and what it costs to say."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from html import unescape

import pytest
from django.contrib.auth.models import User
from django.http import StreamingHttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from courses.models import Assignment, Course, Grade, Membership
from reviews.gap.facts import Facts
from tests.doors import meets_nothing
from tests.people import client_of, enrol, person
from tests.reviews.gap.made_up_facts import GEMINI, SELF, STRANGER, STUDENT, defect, facts
from tests.stories import assignment
from tests.tallied import tallied

OF_ASSIGNMENT, OF_COURSE, STUDENTS, LEARNING, DEFECTS, PROGRESS = 6, 7, 7, 8, 5, 6


def page_of(client: Client, name: str, thing: Assignment | Course) -> str:
    """The text of a page, as a reader sees it."""
    response = client.get(reverse(f"courses:{name}", args=[thing.pk]))
    assert response.status_code == 200
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.text)))


def sheet(client: Client, name: str, thing: Assignment | Course, table: str) -> list[dict[str, str]]:
    """A table as a spreadsheet reads it."""
    response = client.get(reverse(f"courses:{name}", args=[thing.pk, table]))
    assert isinstance(response, StreamingHttpResponse)
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(response.getvalue().decode())))


def links(client: Client, address: str) -> Iterator[tuple[str, int]]:
    """Every number of a page that opens, with what it says."""
    for href, count in re.findall(
        r'<a href="([^"]*/insights/defects/\?[^"]*)">(\d+)</a>', client.get(address).text
    ):
        yield unescape(href), int(count)


def work() -> Facts:
    """Twelve valid defects of which self-review sees one, a stranger nine, the student three."""
    seen = [("A1", "A2", "S")] + [("X1", "S")] * 2 + [("X1",)] * 7 + [()] * 2
    valid = [defect(*who, odc_type=kind) for who, kind in zip(seen, ["timing", "checking"] * 6, strict=True)]
    return facts(
        *valid,
        defect("S", "X1", valid=False, odc_type="timing"),
        defect("A1", valid=None),
        green=True,
        stated=((0.9, True), (0.8, False)),
    )


@pytest.fixture
def task(course: Course, amara: User, ben: User) -> Assignment:
    """Amara and Ben have handed in; Ben's work holds nothing that is valid."""
    task = assignment(course)
    tallied(task, amara, work())
    tallied(task, ben, facts(defect("S", valid=False), stated=((0.5, False),)))
    return task


def test_the_page_says_in_its_headings_what_was_found(ruth: User, task: Assignment) -> None:
    page = page_of(client_of(ruth), "insights", task)
    assert "2 sealed submissions, 12 valid defects, 2 false alarms, 1 undecided." in page
    assert "The self-review passes missed the same 11 of 12" in page
    assert "The students missed 5 of 6 defects of the category" in page
    assert "The first self-review pass found 1 valid defect, 3 more added none, the others added 9" in page
    assert "Green tests, and still 12 valid defects in 1 of 1 submission" in page
    assert "What nobody found cannot be estimated in any of 2 submissions" in page
    assert "The students caught 3 of 12 valid defects" in page
    assert "Cross-model review: GPT saw most: 9 of 12 valid defects" in page


def test_it_says_plainly_that_the_data_support_the_thesis_or_are_too_small(
    ruth: User, task: Assignment, course: Course
) -> None:
    page = page_of(client_of(ruth), "insights", task)
    assert "The data support “same model, same blind spots”. Of the 11 valid defects" in page
    assert "the second missed 11 too (1.00), and the first model of another family 2 (0.18)" in page
    small = assignment(course, title="Small")
    tallied(small, User.objects.get(username="amara"), facts(defect("X1"), defect("S")))
    assert "Too small to say whether the same model has the same blind spots" in page_of(
        client_of(ruth), "insights", small
    )


def test_every_number_opens_to_as_many_defects(ruth: User, task: Assignment) -> None:
    client = client_of(ruth)
    opened = set(links(client, reverse("courses:insights", args=[task.pk])))
    assert len(opened) > 60
    for href, count in opened:
        page = client.get(href).text
        # What nobody found counts submissions; behind them are all their defects.
        behind = count if "of=nobody" not in href else 15
        assert f"{behind} in all." in page, href
        assert len(re.findall(r'<th scope="row"><a href="/submissions/', page)) == behind, href


def test_a_defect_opens_at_its_place_in_the_workbench(ruth: User, task: Assignment) -> None:
    query = {"of": "sights", "key": ["timing", "A1", "seen"]}
    page = client_of(ruth).get(reverse("courses:insights_defects", args=[task.pk]), query).text
    assert "Valid defects of the category timing that A1 saw" in page
    submission = task.submissions.get(student__user__username="amara")
    assert re.search(rf'href="/submissions/{submission.pk}/defects/\d+/"', page)
    assert reverse("courses:apparatus", args=[submission.pk]) in page


def test_who_could_not_review_is_named_and_not_counted_as_silent(
    ruth: User, amara: User, course: Course
) -> None:
    task = assignment(course)
    mute = GEMINI.__class__("X1", "X", "Cross-model review: Gemini", "google", unable=True)
    by = (STUDENT, *SELF, mute)
    tallied(task, amara, facts(defect("S", by=by, not_asked=("X1",)), by=by))
    page = page_of(client_of(ruth), "insights", task)
    assert "could not review 1 of 1 submission" in page
    [row] = [
        row for row in sheet(client_of(ruth), "insights_csv", task, "witnesses") if row["witness"] == "X1"
    ]
    assert (row["missed"], row["of"], row["share"], row["could not review"]) == ("0", "0", "", "1")


def test_a_recording_is_labelled_and_has_no_price(ruth: User, amara: User, course: Course) -> None:
    task = assignment(course)
    played = STRANGER.__class__("X1", "X", "GPT", "openai", cost=None, recorded=True)
    tallied(task, amara, facts(defect("X1", by=(STUDENT, played)), by=(STUDENT, played)))
    page = page_of(client_of(ruth), "insights", task)
    assert "GPT recorded" in page
    [row] = sheet(client_of(ruth), "insights_csv", task, "reviewers")
    assert (row["recorded"], row["cost per valid defect (USD)"]) == ("1", "")


def test_before_anything_is_decided_the_page_is_a_sentence(ruth: User, amara: User, course: Course) -> None:
    task = assignment(course)
    client = client_of(ruth)
    assert "No notes are sealed yet" in page_of(client, "insights", task)
    assert "No notes are sealed yet" in page_of(client, "insights_students", task)
    tallied(task, amara, facts(defect("S", valid=None)))
    assert "Nothing is decided yet" in page_of(client, "insights", task)


def test_students_stand_by_what_they_missed_and_each_number_opens(ruth: User, task: Assignment) -> None:
    client = client_of(ruth)
    address = reverse("courses:insights_students", args=[task.pk])
    page = client.get(address).text
    assert page.index("Diallo, Amara") < page.index("Carter, Ben")
    assert "not applicable" in page.partition("Carter, Ben")[2]
    opened = list(links(client, address))
    assert len(opened) > 5
    for href, count in opened:
        assert f"{count} in all." in client.get(href).text, href


def test_a_student_of_another_course_opens_nothing(ruth: User, stranger: User, task: Assignment) -> None:
    client = client_of(ruth)
    for wanted in ("999999", "x"):
        query = {"of": "student", "key": "missed", "student": wanted}
        response = client.get(reverse("courses:insights_defects", args=[task.pk]), query)
        meets_nothing(response, "in all.")


def test_a_courses_number_opens_by_assignment(
    ruth: User, ben: User, course: Course, task: Assignment
) -> None:
    other = assignment(course, title="Review the bank")
    tallied(other, ben, facts(defect("S"), defect()))
    client = client_of(ruth)
    page = page_of(client, "course_insights", course)
    assert "3 sealed submissions, 14 valid defects" in page
    assert "It takes two assignments" not in page
    assert "Recall was 0.25 at first and 0.50 at last; their intervals overlap" in page
    opened = client.get(
        reverse("courses:course_insights_defects", args=[course.pk]), {"of": "student", "key": "caught"}
    ).text
    counts = re.findall(r'/assignments/(\d+)/insights/defects/\?of=student&amp;key=caught">(\d+)</a>', opened)
    assert counts == [(str(task.pk), "3"), (str(other.pk), "1")]


def test_lines_over_the_term_are_of_students_and_open(
    ruth: User, amara: User, course: Course, task: Assignment
) -> None:
    tallied(assignment(course, title="Review the bank"), amara, facts(defect("S"), defect()))
    client = client_of(ruth)
    address = reverse("courses:course_insights_learning", args=[course.pk])
    assert client.get(address).text.count('class="trend"') == 1, "Ben has nothing valid to draw a line of"
    page = page_of(client, "course_insights_learning", course)
    assert "Diallo, Amara 0.25 (3/12) 0.50 (1/2)" in page
    assert "Diallo, Amara 4 of 14 0.29" in page
    assert "Recall of each student over the term" in page
    assert "Brier score of each student over the term" in client.get(address, {"number": "brier"}).text
    opened = list(links(client, address))
    assert len(opened) > 2
    for href, count in opened:
        assert f"{count} in all." in client.get(href).text, href


def test_a_student_sees_their_own_line_once_the_grade_is_out(
    amara: User, ben: User, course: Course, task: Assignment
) -> None:
    client = client_of(amara)
    assert "No grade is out yet" in page_of(client, "own_progress", course)
    submission = task.submissions.get(student__user__username="amara")
    Grade.objects.create(submission=submission, points=50, released_at=timezone.now())
    page = page_of(client, "own_progress", course)
    assert "Review the shop 3 of 12 0.25" in page
    assert "Carter" not in page
    assert "No grade is out yet" in page_of(client_of(ben), "own_progress", course)


@pytest.mark.parametrize(
    ("table", "rows", "first"),
    [
        ("blind-spots", 12, {"witness": "S", "missed": "5", "of": "6", "share": "0.8333", "from": "0.4365"}),
        ("witnesses", 6, {"witness": "S", "submissions": "2", "missed": "9", "of": "12", "share": "0.75"}),
        ("repeats", 15, {"one": "A1", "other": "A2", "both missed": "11", "share": "1.0"}),
        ("added", 5, {"witness": "A1", "new valid defects": "1", "calls": "2", "known cost (USD)": "0.04"}),
        ("tests", 2, {"green tests": "yes", "submissions": "1", "valid defects": "12", "major": "12"}),
        ("nobody", 1, {"submissions": "2", "likely at least": ""}),
        ("reviewers", 2, {"protocol": "A", "saw": "1", "of valid": "12", "recall": "0.0833"}),
        (
            "learning",
            1,
            {"caught": "3", "recall": "0.25", "precision": "0.6", "Brier": "0.3", "skill": "-0.35"},
        ),
        ("students", 2, {"student": "Amara Diallo", "caught": "3", "precision": "0.75", "Brier": "0.325"}),
        ("categories", 2, {"category": "checking", "missed": "5", "of": "6"}),
    ],
)
def test_every_table_is_a_file_with_numbers_as_numbers(
    ruth: User, task: Assignment, table: str, rows: int, first: dict[str, str]
) -> None:
    client = client_of(ruth)
    found = sheet(client, "insights_csv", task, table)
    assert len(found) == rows
    assert None not in found[0]
    assert len(sheet(client, "course_insights_csv", task.course, table)) == rows
    assert {head: found[0].get(head) for head in first} == first


def test_a_name_is_no_formula_in_a_spreadsheet(ruth: User, course: Course) -> None:
    task = assignment(course)
    student = person("mallory", "Evil")
    student.first_name = "=HYPERLINK(1)"
    student.save()
    enrol(course, student)
    tallied(task, student, facts(defect("S")))
    [row] = sheet(client_of(ruth), "insights_csv", task, "students")
    assert row["student"] == "'=HYPERLINK(1) Evil"
    meets_nothing(
        client_of(ruth).get(reverse("courses:insights_csv", args=[task.pk, "secrets"])), "HYPERLINK"
    )


def test_the_pages_cost_the_same_for_one_student_and_for_three(
    ruth: User, amara: User, course: Course, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    task = assignment(course)
    tallied(task, amara, work())
    own = task.submissions.get()
    Grade.objects.create(submission=own, points=50, released_at=timezone.now())
    client, theirs = client_of(ruth), client_of(amara)
    query = {"of": "sights", "key": ["S", "missed"]}
    asked = [
        (client, "insights", task, {}, OF_ASSIGNMENT),
        (client, "course_insights", course, {}, OF_COURSE),
        (client, "insights_students", task, {}, STUDENTS),
        (client, "course_insights_students", course, {}, STUDENTS),
        (client, "course_insights_learning", course, {}, LEARNING),
        (client, "insights_defects", task, query, DEFECTS),
        (client, "course_insights_defects", course, query, OF_COURSE),
        (theirs, "own_progress", course, {}, PROGRESS),
    ]
    for more in ("", "dora", "emil"):
        if more:
            student = person(more, "Beck")
            enrol(course, student)
            tallied(task, student, work())
        client.get(reverse("courses:insights", args=[task.pk]))
        if more == "dora":
            continue
        for browser, name, thing, values, queries in asked:
            with django_assert_num_queries(queries, info=name):
                browser.get(reverse(f"courses:{name}", args=[thing.pk]), values)


def test_a_large_class_is_shown_fifty_students_at_a_time(ruth: User, course: Course) -> None:
    task = assignment(course)
    for number in range(51):
        student = person(f"student{number:02}", f"Family{number:02}")
        enrol(course, student)
        tallied(task, student, facts(*[defect()] * (number % 3)))
    client = client_of(ruth)
    first = client.get(reverse("courses:insights_students", args=[task.pk])).text
    assert "1 to 50 of 51" in first
    assert len(re.findall(r'<th scope="row">Family\d\d, ', first.partition("</table>")[0])) == 50
    assert Membership.objects.filter(course=course, role=Membership.Role.STUDENT).count() == 51
