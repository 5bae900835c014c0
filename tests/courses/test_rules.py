"""Every address against every role. An address without a row fails the test."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from courses.demo.seed import STUDENTS
from courses.domain import answer_keys, consents, grading, sittings
from courses.domain.assignments import PlanLine, set_starter
from courses.domain.queries.standing import standing_of
from courses.models import Answer, Assignment, Course, Membership, Seat, Sitting, Submission, Walkthrough
from courses.walkthroughs.shelf import shelf
from reviews.models import Call, Connection, Defect, KeyEntry, Pass, Review
from reviews.protocols.base import PERSON
from tests.panels import spoken_for
from tests.people import client_of
from tests.rooms import answered, seats_in, walkthrough_of
from tests.stories import (
    INJECTION,
    RACE,
    SHOP,
    assignment,
    handed_in,
    recorded_reviewer,
    recording,
    reviewed,
)

ROLES = ("anonymous", "stranger", "amara", "ben", "tomas", "ruth")
"""Nobody; an account without the course; the student whose work it is; another one; assistant; instructor."""

# What each of ROLES meets: may (y), is asked to sign in (l), is told there is nothing (n), or no (f).
EVERYONE = "yyyyyy"
SIGNED_IN = "lyyyyy"
MEMBERS = "lnyyyy"
STAFF = "lnffyy"
INSTRUCTOR = "lnfffy"
STUDENTS_ONLY = "lnyyff"
THE_STUDENT = "lnyfff"
STUDENT_AND_STAFF = "lnyfyy"
NOBODY = "nnnnnn"
WITHOUT_SEAT = "ffffff"

DEMO_ONLY = {"demo_sign_in": NOBODY}
"""The tests run without demo mode, where this address does not exist."""

COURSE = {
    "index": SIGNED_IN,
    "join": SIGNED_IN,
    "course_new": SIGNED_IN,
    "course": MEMBERS,
    "course_settings": INSTRUCTOR,
    "rotate_code": INSTRUCTOR,
    "set_join_open": INSTRUCTOR,
    "set_weights": INSTRUCTOR,
    "people": STAFF,
    "set_role": INSTRUCTOR,
    "reviewers": INSTRUCTOR,
    "check_reviewers": INSTRUCTOR,
    "own_key": INSTRUCTOR,
    "forget_own_key": INSTRUCTOR,
    "assignment_new": INSTRUCTOR,
    "course_insights": STAFF,
    "course_insights_students": STAFF,
    "course_insights_learning": STAFF,
    "course_insights_defects": STAFF,
    "course_insights_csv": STAFF,
    "own_progress": STUDENTS_ONLY,
}
ASSIGNMENT = {
    "assignment": MEMBERS,
    "assignment_edit": INSTRUCTOR,
    "publish": INSTRUCTOR,
    "withdraw": INSTRUCTOR,
    "starter_zip": MEMBERS,
    "starter": INSTRUCTOR,
    "drop_starter": INSTRUCTOR,
    "dashboard": STAFF,
    "insights": STAFF,
    "insights_students": STAFF,
    "insights_defects": STAFF,
    "insights_csv": STAFF,
    "next_ungraded": STAFF,
    "release_many": INSTRUCTOR,
    "hand_in": STUDENTS_ONLY,
    "answer_key": STAFF,
    "key_json": STAFF,
    "key_sarif": STAFF,
    "key_entry_new": INSTRUCTOR,
    "key_import": INSTRUCTOR,
    "key_judge": INSTRUCTOR,
    "key_again": INSTRUCTOR,
    "key_entry": INSTRUCTOR,
    "key_remove": INSTRUCTOR,
}
SITTING = {
    "sitting": STAFF,
    "sitting_csv": STAFF,
    "sitting_compare": STAFF,
    "own_marks": STUDENTS_ONLY,
    "forget_own_marks": "lnynff",
}
"""What is left of a session; Amara kept her marks."""

WALKTHROUGHS = {
    "walkthroughs": STAFF,
    "walkthrough_new": STAFF,
    "walkthrough_import": STAFF,
    "walkthrough_take": STAFF,
    "walkthrough": STAFF,
    "walkthrough_preview": STAFF,
    "walkthrough_export": STAFF,
    "walkthrough_duplicate": STAFF,
    "walkthrough_edit": INSTRUCTOR,
    "step_new": INSTRUCTOR,
    "step_edit": INSTRUCTOR,
    "step_remove": INSTRUCTOR,
    "step_move": INSTRUCTOR,
    "code_new": INSTRUCTOR,
    "code_edit": INSTRUCTOR,
    "code_remove": INSTRUCTOR,
    "story_defect_new": INSTRUCTOR,
    "story_defect": INSTRUCTOR,
    "story_defect_remove": INSTRUCTOR,
    "witnesses": INSTRUCTOR,
    # The last two: shared no more, it is its maker's alone; then it is gone.
    "walkthrough_share": INSTRUCTOR,
    "walkthrough_remove": INSTRUCTOR,
}
"""Ruth's, shared with the staff. Ben is in the course as well as Amara: no student sees any of it."""

ROOM = {
    "live_join": EVERYONE,
    "live_enter": EVERYONE,
    "live_qr": EVERYONE,
    "phone": WITHOUT_SEAT,
    "phone_news": WITHOUT_SEAT,
    "phone_answer": WITHOUT_SEAT,
    "phone_keep": WITHOUT_SEAT,
    "phone_here": EVERYONE,
    "let_through": STAFF,
    "presenter": STAFF,
    "presenter_room": STAFF,
    "projector": STAFF,
    "stage_news": STAFF,
    "stage_count": STAFF,
    "steer": STAFF,
    "live_run": STAFF,
    "sitting_begin": STAFF,
    # Last: then it is over.
    "sitting_end": STAFF,
}
"""A phone has no person: without the secret of a seat nobody is in the room, whoever they are."""

DRAFT = {
    "submission": THE_STUDENT,
    "code": THE_STUDENT,
    "file": THE_STUDENT,
    "note_new": THE_STUDENT,
    "note_edit": THE_STUDENT,
    "note_delete": THE_STUDENT,
    "seal": THE_STUDENT,
    "receipt": THE_STUDENT,
    "reviews": THE_STUDENT,
    "apparatus": "lnffff",
    "result": "lnffff",
    "numbers": "lnffff",
    "adjudicate": "lnffff",
    "defect": "lnffff",
    "alike": "lnffff",
    "grade": "lnffff",
    "review": "lnffff",
    "ledger": "lnffff",
    "ledger_csv": "lnffff",
    "call": "lnffff",
    "text": "lnffff",
    "import": "lnffff",
    "rerun": "lnffff",
    "rescue": "lnffff",
    "promote": "lnffff",
    "consent": "lnffff",
    "walkthrough_make": "lnffff",
}
"""An unsealed submission is the student's own business; nothing of models is there for anybody."""

SEALED = {
    "submission": STUDENT_AND_STAFF,
    "code": STUDENT_AND_STAFF,
    "file": STUDENT_AND_STAFF,
    "note_new": THE_STUDENT,
    "note_edit": THE_STUDENT,
    "note_delete": THE_STUDENT,
    "seal": THE_STUDENT,
    "receipt": STUDENT_AND_STAFF,
    "reviews": STUDENT_AND_STAFF,
    "review": STAFF,
    "ledger": STAFF,
    "ledger_csv": STAFF,
    "call": STAFF,
    "text": THE_STUDENT,
    "import": STAFF,
    "rerun": "lnffff",
    "rescue": "lnffff",
    "result": STAFF,
    "numbers": STAFF,
    "apparatus": STAFF,
    "adjudicate": STAFF,
    "defect": STAFF,
    "alike": STAFF,
    "decide": STAFF,
    "rename": STAFF,
    "merge": STAFF,
    "move_claim": STAFF,
    "promote": STAFF,
    "grade": STAFF,
    "cancel": INSTRUCTOR,
    "run_again": INSTRUCTOR,
    "release": INSTRUCTOR,
    "take_back": INSTRUCTOR,
    "consent": THE_STUDENT,
    "walkthrough_make": STAFF,
}
"""Sealed and reviewed, with findings that students see with the grade, which is not out."""

RELEASED = {
    **SEALED,
    **dict.fromkeys(
        ("result", "numbers", "apparatus", "review", "ledger", "ledger_csv", "call"),
        STUDENT_AND_STAFF,
    ),
    "rerun": THE_STUDENT,
    "rescue": "lnyffy",
}
"""The same with the grade out."""

ACCOUNT = {
    "account_login": EVERYONE,
    "account_signup": EVERYONE,
    "account_logout": EVERYONE,
    "account_inactive": EVERYONE,
    "account_email_verification_sent": EVERYONE,
    "account_confirm_email": EVERYONE,
    "account_reset_password": EVERYONE,
    "account_reset_password_done": EVERYONE,
    "account_reset_password_from_key": EVERYONE,
    "account_reset_password_from_key_done": EVERYONE,
    "account_confirm_login_code": SIGNED_IN,
    "account_reauthenticate": SIGNED_IN,
    "account_email": SIGNED_IN,
    "account_change_password": SIGNED_IN,
    "account_set_password": SIGNED_IN,
}
"""allauth's own addresses: about nobody but the person who asks."""

POSTED = {
    "rotate_code", "set_join_open", "set_weights", "set_role", "publish", "withdraw", "drop_starter",
    "release_many", "note_delete", "decide", "rename", "merge", "move_claim", "grade", "cancel", "run_again",
    "release", "take_back", "demo_sign_in", "check_reviewers", "own_key", "forget_own_key", "rerun",
    "rescue", "key_import", "key_judge", "key_again", "key_remove", "promote", "walkthrough_import",
    "walkthrough_take", "walkthrough_duplicate", "walkthrough_share", "walkthrough_remove", "step_remove",
    "step_move", "code_remove", "story_defect_remove", "phone_answer", "phone_keep", "phone_here",
    "let_through", "forget_own_marks", "sitting_begin", "steer", "live_run", "sitting_end",
}  # fmt: skip


PARTS = {
    "step_new": {"kind": "text"},
    "code_edit": {"name": "v1"},
    "code_remove": {"name": "v1"},
    "story_defect": {"name": "race"},
    "story_defect_remove": {"name": "race"},
}
"""The parts of the walkthrough that these addresses speak of; of the others it is the first step."""


@dataclass(frozen=True)
class World:
    """One course with work in three states, and a browser for each role."""

    course: Course
    assignment: Assignment
    clients: dict[str, Client]
    submissions: dict[str, Submission]
    walkthrough: Walkthrough
    sitting: Sitting
    shelved: str

    def address(self, name: str, state: str = "draft") -> str:
        """The address of that name, about the work in that state."""
        submission = self.submissions[state]
        defect = Defect.objects.filter(snapshot__revision__submission=submission).first()
        note = submission.revisions.get().snapshot.notes.first()
        review = Review.objects.filter(snapshot__revision__submission=submission).first()
        call = Call.objects.filter(by_pass__review=review).first()
        text = Pass.objects.filter(review=review, reviewer__provider=PERSON).first()
        values: dict[str, int | str] = {
            "course_id": self.course.pk,
            "membership_id": Membership.objects.get(user__username="tomas").pk,
            "connection_id": Connection.objects.filter(scope="", active=True).values_list("pk", flat=True)[0],
            "assignment_id": self.assignment.pk,
            "submission_id": submission.pk,
            "path": "shop.py",
            "note_id": note.pk if note else 1,
            "review_id": review.pk if review else 1,
            "call_id": call.pk if call else 1,
            "pass_id": text.pk if text else 1,
            "number": defect.number if defect else 1,
            "kind": "note",
            "table": "repeats",
            "claim_id": note.pk if note else 1,
            "seat_id": Seat.objects.filter(sitting=self.sitting).values_list("pk", flat=True)[0],
            "step": "stranger",
            "walkthrough_id": self.walkthrough.pk,
            "slug": self.shelved,
            "position": 0,
            "name": "hello",
            "sitting_id": self.sitting.pk,
            "code": str(self.sitting.code),
            "answer_id": Answer.objects.filter(seat__sitting=self.sitting).values_list("pk", flat=True)[0],
            **PARTS.get(name, {}),
        }
        wanted = ARGUMENTS[name]
        return reverse(f"courses:{name}", kwargs={key: values[key] for key in wanted})


def addresses(namespace: str | None) -> dict[str, tuple[str, ...]]:
    """The names of all addresses in a namespace (None: outside any), with their arguments."""
    found: dict[str, tuple[str, ...]] = {}

    def look(items: list[URLPattern | URLResolver], within: str | None) -> None:
        for item in items:
            if isinstance(item, URLResolver):
                look(item.url_patterns, item.namespace or within)
            elif within == namespace:
                found[item.name or str(item.pattern)] = tuple(item.pattern.regex.groupindex)

    look(get_resolver().url_patterns, None)
    return found


ARGUMENTS = addresses("courses")


@pytest.fixture
def clients(ruth: User, tomas: User, amara: User, ben: User, stranger: User) -> dict[str, Client]:
    """A browser for each role."""
    people = {"stranger": stranger, "amara": amara, "ben": ben, "tomas": tomas, "ruth": ruth}
    return {"anonymous": Client(), **{name: client_of(user) for name, user in people.items()}}


@pytest.fixture
def world(course: Course, ruth: User, tomas: User, amara: User, clients: dict[str, Client]) -> World:
    """Amara's work: a draft, a sealed one, a released one. The stranger sees injection and race."""
    recorded_reviewer("gpt-5.4")
    recording("gpt-5.4", "cross_model", [INJECTION, RACE])
    plan = [PlanLine("cross_model")]
    drafted, waiting, released = (
        assignment(course, plan=plan, title=title) for title in ("First", "Second", "Third")
    )
    set_starter(drafted, SHOP)
    answer_keys.add(drafted, RACE, KeyEntry.Origin.PLANTED)
    submissions = {
        "draft": handed_in(drafted, amara, claims=[INJECTION]),
        "sealed": reviewed(waiting, amara),
        "released": reviewed(released, amara),
    }
    for name in ("sealed", "released"):
        spoken_for(submissions[name], reply=RACE.title)
    out = submissions["released"]
    suggestion = standing_of(out).suggestion
    assert suggestion is not None
    grading.give(out, suggestion, adjustment=suggestion.precision_points, reason="", feedback="", by=ruth)
    grading.release([out])
    consents.ask(submissions["sealed"], tomas)
    consents.ask(out, tomas)
    consents.give(out)
    shop = walkthrough_of(course, ruth)
    sitting = sittings.begin(shop, ruth)
    kept, other = seats_in(sitting, 2)
    Seat.objects.filter(pk=kept.pk).update(member=Membership.objects.get(user=amara))
    answered(other, words="somebody's words")
    return World(course, drafted, clients, submissions, shop, sitting, shelf()[0].slug)


def test_every_address_has_a_row() -> None:
    rows = {*DEMO_ONLY, *COURSE, *ASSIGNMENT, *WALKTHROUGHS, *ROOM, *SITTING, *DRAFT, *SEALED}
    assert set(ARGUMENTS) == rows
    assert set(addresses(None)) == set(ACCOUNT)
    assert {item.namespace for item in get_resolver().url_patterns if isinstance(item, URLResolver)} == {
        None, "admin", "courses",
    }  # fmt: skip


def met(response: HttpResponseBase) -> str:
    """What the answer means, as a letter of the table."""
    if response.status_code in (301, 302) and response["Location"].startswith("/accounts/login/"):
        return "l"
    return {404: "n", 403: "f"}.get(response.status_code, "y")


def ask(client: Client, name: str, address: str) -> HttpResponseBase:
    """The request that the page makes, with nothing filled in."""
    response: HttpResponseBase = client.post(address) if name in POSTED else client.get(address)
    return response


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("state", "rows"),
    [
        pytest.param("draft", {**DEMO_ONLY, **COURSE, **ASSIGNMENT, **DRAFT}, id="draft"),
        pytest.param("draft", WALKTHROUGHS, id="walkthroughs"),
        pytest.param("draft", ROOM, id="room"),
        pytest.param("draft", SITTING, id="sittings"),
        pytest.param("sealed", SEALED, id="sealed"),
        pytest.param("released", RELEASED, id="released"),
    ],
)
def test_the_table(world: World, state: str, rows: dict[str, str]) -> None:
    wrong = []
    for name, expected in rows.items():
        address = world.address(name, state)
        # From the outside in: those who may not come first, so that nobody's act disturbs the next.
        for role, letter in zip(ROLES, expected, strict=True):
            response = ask(world.clients[role], name, address)
            assert response.status_code < 500, (name, role)
            if met(response) != letter:
                wrong.append(f"{name} as {role}: {response.status_code}, not {letter}")
            if letter != "y":
                assert RACE.title.encode() not in getattr(response, "content", b""), (name, role)
    assert wrong == []


@pytest.mark.django_db
def test_nobody_is_above_the_rules(world: World) -> None:
    """A superuser of the site who is not in the course meets what any stranger meets."""
    root = User.objects.create_superuser("root", "root@example.org", "correct horse")
    client = client_of(root)
    for name, letters in {**COURSE, **ASSIGNMENT, **WALKTHROUGHS, **ROOM, **SITTING, **DRAFT}.items():
        response = ask(client, name, world.address(name))
        assert met(response) == letters[1], (name, response.status_code)


@pytest.mark.django_db
def test_a_student_who_became_an_assistant_grades_others_but_not_their_own_work(world: World) -> None:
    Membership.objects.filter(user__username="amara").update(role=Membership.Role.ASSISTANT)
    for name in ("adjudicate", "grade", "decide", "result"):
        assert met(ask(world.clients["amara"], name, world.address(name, "sealed"))) == "f", name
    assert met(ask(world.clients["tomas"], "adjudicate", world.address("adjudicate", "sealed"))) == "y"


@pytest.mark.django_db
def test_a_grade_that_is_released_early_waits_for_the_findings_date(world: World) -> None:
    out = world.submissions["released"].assignment
    for visibility, letter in ((Assignment.Visibility.DUE, "f"), (Assignment.Visibility.GRADE, "y")):
        Assignment.objects.filter(pk=out.pk).update(visibility=visibility)
        assert met(world.clients["amara"].get(world.address("result", "released"))) == letter


@pytest.mark.django_db
def test_a_fragment_is_never_cached_as_the_page_of_its_address(world: World) -> None:
    response = world.clients["ruth"].get(
        world.address("adjudicate", "sealed"), headers={"HX-Request": "true"}
    )
    assert "<html" not in response.content.decode()
    assert {"HX-Request", "HX-Target"} <= {word.strip() for word in response["Vary"].split(",")}


@pytest.mark.django_db
def test_the_accounts_pages_are_about_nobody_but_who_asks(clients: dict[str, Client]) -> None:
    arguments = {"key": "MQ:1abc:x", "uidb36": "1"}
    known = addresses(None)
    for name, expected in ACCOUNT.items():
        address = reverse(name, kwargs={key: arguments[key] for key in known[name]})
        for role, letter in zip(ROLES, expected, strict=True):
            client = clients[role]
            response = client.get(address)
            assert response.status_code < 500, (name, role)
            assert (met(response) == "l") == (letter == "l"), (name, role, response.status_code)
            for other in set(ROLES[1:]) - {role}:
                assert f"{other}@example.org".encode() not in response.content, (name, role)


@pytest.mark.django_db
def test_no_role_in_a_course_opens_the_administration(clients: dict[str, Client]) -> None:
    named = {name: wanted for name, wanted in addresses("admin").items() if name.isidentifier()}
    assert len(named) > 20
    for name, wanted in named.items():
        arguments = {key: "courses" if key == "app_label" else "1" for key in wanted}
        for role in ROLES:
            response = clients[role].get(reverse(f"admin:{name}", kwargs=arguments))
            if name not in ("login", "logout"):
                assert response.headers["Location"].startswith("/admin/login/?next="), (name, role)
            assert "Site administration" not in response.content.decode(), (name, role)


@pytest.mark.django_db
def test_before_the_grade_is_out_the_student_meets_no_word_of_the_models_anywhere(world: World) -> None:
    """Amara wrote of the injection herself; the race only the model saw."""
    for name, letters in SEALED.items():
        if letters[2] == "y" and name not in POSTED:
            response = world.clients["amara"].get(world.address(name, "sealed"), follow=True)
            text = response.content.decode()
            assert RACE.title not in text, name
            assert ">X1<" not in text, name


@pytest.mark.django_db
def test_the_demo_people_are_those_of_the_seed() -> None:
    assert {"amara", "ben", "chiara"} < set(STUDENTS)


def test_a_page_that_changes_something_answers_no_get(stranger: User) -> None:
    """Asked by somebody who is signed in: anybody else is sent to sign in first, whatever the page does."""
    client = client_of(stranger)
    for name in POSTED:
        address = reverse(f"courses:{name}", kwargs=dict.fromkeys(ARGUMENTS[name], 1) | _words(name))
        response = client.get(address)
        assert (response.status_code, response.get("Allow")) == (405, "POST"), name


def _words(name: str) -> dict[str, str]:
    words = {"kind": "note", "name": "hello", "slug": "story"}
    return {key: word for key, word in words.items() if key in ARGUMENTS[name]}
