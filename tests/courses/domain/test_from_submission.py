"""Tomas makes a walkthrough from Amara's submission: what it tells, and what it does not."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from courses.domain import answer_keys, consents, from_submission, walkthroughs
from courses.domain.assignments import PlanLine
from courses.models import Course, Submission, Walkthrough
from courses.walkthroughs import steps
from reviews.claims import Claim, Place
from reviews.engine.answer_keys import catch_up
from reviews.gap.standing import Decision, decide
from reviews.models import Defect, KeyEntry
from reviews.providers.base import Trouble
from reviews.snapshots.files import SourceFile
from tests.panels import answer, fail, next_round, panelists, review_of, talk
from tests.stories import (
    INJECTION,
    RACE,
    ROUNDING,
    SHOP,
    SUCCESS_LIE,
    assignment,
    recorded_reviewer,
    recording,
    reviewed,
    sealed,
)

pytestmark = pytest.mark.django_db
EVIDENCE = "/home/amara/shop: collected 3 items\n===== 3 passed in 0.12s ====="
OWN = (SourceFile("amara/shop.py", "# Author: Amara Diallo\n" + SHOP[0].text), SHOP[1])


def valid(submission: Submission, by: User, *titles: str) -> None:
    """These defects are valid."""
    for defect in Defect.objects.filter(snapshot__revision__submission=submission, title__in=titles):
        decide(defect, Decision(Defect.Standing.VALID), by)


def made(submission: Submission, by: User) -> Walkthrough:
    consents.ask(submission, by)
    consents.give(submission)
    return from_submission.make(submission, by)


@pytest.fixture
def shop(course: Course, ruth: User, amara: User) -> Submission:
    """Amara saw the injection, the author's model nothing, the stranger injection and race."""
    for model in ("claude-opus-4-6", "gpt-5.4"):
        recorded_reviewer(model)
    recording("claude-opus-4-6", "self_review", [ROUNDING])
    recording("gpt-5.4", "cross_model", [INJECTION, RACE])
    task = assignment(course, plan=[PlanLine("self_review"), PlanLine("cross_model")])
    submission = reviewed(
        task, amara, claims=(INJECTION, SUCCESS_LIE), prompt="A shop for amara.", test_evidence=EVIDENCE
    )
    valid(submission, ruth, INJECTION.title, RACE.title)
    return submission


def test_the_story_goes_from_the_code_to_who_saw_what(shop: Submission, tomas: User) -> None:
    story = made(shop, tomas).told()
    assert [(step.kind, step.title) for step in story.steps] == [
        ("text", "Review the shop"),
        ("code", "The code"),
        ("tests", "Its own tests"),
        ("question", "What is wrong here?"),
        ("review", "What the author's student saw"),
        ("review", "Self-review"),
        ("review", "Cross-model review"),
        ("reveal", "What you saw"),
        ("table", "Who saw what"),
    ]
    assert [(witness.siglum, witness.name, witness.family) for witness in story.witnesses] == [
        ("S", "The student", ""),
        ("T", "The code's own green tests", ""),
        ("A1", "Claude Opus 4.6", "anthropic"),
        ("X1", "GPT 5.4", "openai"),
    ]
    assert [witness.recorded for witness in story.witnesses] == [False, True, True, True]
    question = story.question("question")
    assert question is not None
    assert [lines.path for lines in question.files] == ["shop.py"]


def test_defects_are_the_valid_ones_where_they_stand_and_everybody_speaks_of_them(
    shop: Submission, tomas: User
) -> None:
    story = made(shop, tomas).told()
    assert [
        (defect.title, defect.severity, [w.place for w in defect.places]) for defect in story.defects
    ] == [
        (INJECTION.title, INJECTION.severity, [INJECTION.place]),
        (RACE.title, RACE.severity, [RACE.place]),
    ]
    heard = {step.title: [(said.title, said.defect) for said in step.said] for step in story.reviews()}
    injection, race = (defect.id for defect in story.defects)
    assert heard == {
        "What the author's student saw": [(INJECTION.title, injection), (SUCCESS_LIE.title, None)],
        "Self-review": [(ROUNDING.title, None)],
        "Cross-model review": [(INJECTION.title, injection), (RACE.title, race)],
    }


def test_nobody_is_named_in_what_is_kept(course: Course, ruth: User, tomas: User, amara: User) -> None:
    task = assignment(course)
    note = Claim(title="Amara's own find", explanation="I, Amara, told Tomas Novak.")
    submission = reviewed(
        task, amara, files=OWN, claims=(note,), prompt="Hi, I am amara.", test_evidence=EVIDENCE
    )
    valid(submission, ruth, note.title)
    walkthrough = made(submission, tomas)
    document = walkthroughs.document_of(walkthrough)
    everything = str(document).casefold()
    for name in ("amara", "diallo", "tomas", "novak"):
        assert name not in everything
    assert document.files["v1"][0].path == "person1/shop.py"
    assert "/home/somebody/shop" in everything
    assert document.story.defects[0].title == "Person1's own find"


def test_a_quotation_is_the_line_as_it_is_shown_now(course: Course, tomas: User, amara: User) -> None:
    task = assignment(course)
    lines = SourceFile("shop.py", "amara = 1\nprint(amara)\n")
    note = Claim(title="It prints", path="shop.py", place=Place("shop.py", 2, 2))
    story = made(reviewed(task, amara, files=(lines,), claims=(note,)), tomas).told()
    student = story.step("student")
    assert isinstance(student, steps.ReviewStep)
    assert [(said.quote, said.first) for said in student.said] == [("print(person1)", 2)]


def test_who_could_not_review_says_so(course: Course, tomas: User, amara: User) -> None:
    members = panelists()
    submission = sealed(assignment(course, plan=[PlanLine("roles", reviewers=members)]), amara)
    first, second, *others = next_round(review_of(submission, "roles"))
    answer(first, [RACE])
    fail(second, Trouble.REFUSED, "It will not read this.")
    for item in others:
        answer(item)
    story = made(submission, tomas).told()
    step = story.step("review-1")
    assert isinstance(step, steps.ReviewStep)
    assert step.unable == ""
    assert "could not review" in step.ending
    assert "It will not read this." in step.ending


def test_a_review_that_nobody_could_do_says_why(course: Course, tomas: User, amara: User) -> None:
    recorded_reviewer("gpt-5.4")
    submission = reviewed(assignment(course, plan=[PlanLine("cross_model")]), amara)
    step = made(submission, tomas).told().step("review-1")
    assert isinstance(step, steps.ReviewStep)
    assert step.unable
    assert step.said == ()


def test_a_panel_tells_each_thing_once_with_what_came_of_it(course: Course, tomas: User, amara: User) -> None:
    plan = [PlanLine("consensus", reviewers=panelists())]
    submission = sealed(assignment(course, plan=plan), amara)
    talk(review_of(submission, "consensus"))
    story = made(submission, tomas).told()
    step = story.step("review-1")
    assert isinstance(step, steps.ReviewStep)
    assert step.witnesses == ("C",)
    titles = [said.title for said in step.said]
    assert len(titles) == len(set(titles))
    dismissed = [said for said in step.said if said.outcome == "dismissed"]
    assert all(said.reason and said.quote for said in dismissed)
    assert {said.outcome for said in step.said} >= {"confirmed"}


def test_code_without_a_valid_defect_is_asked_about_as_a_whole(
    course: Course, tomas: User, amara: User
) -> None:
    submission = sealed(assignment(course), amara, claims=())
    story = made(submission, tomas).told()
    question = story.question("question")
    assert question is not None
    assert [lines.path for lines in question.files] == ["prices.py", "shop.py"]
    student = story.step("student")
    assert isinstance(student, steps.ReviewStep)
    assert (student.said, student.ending) == ((), "I found nothing.")


def test_what_only_the_key_knows_is_a_defect_that_nobody_saw(shop: Submission, tomas: User) -> None:
    known = Claim(title="No receipt is written", path="prices.py", place=ROUNDING.place)
    answer_keys.add(shop.assignment, known, KeyEntry.Origin.PLANTED)
    catch_up(answer_keys.key_of(shop.assignment).pk)
    story = made(shop, tomas).told()
    (defect,) = [defect for defect in story.defects if defect.title == known.title]
    assert [where.place for where in defect.places] == [known.place]
    assert "K" not in {witness.siglum for witness in story.witnesses}
    assert defect.id not in {said.defect for step in story.reviews() for said in step.said}


def test_without_consent_nothing_is_made(shop: Submission, tomas: User) -> None:
    for act in (lambda: None, lambda: consents.ask(shop, tomas), lambda: consents.refuse(shop)):
        act()
        with pytest.raises(walkthroughs.NoConsent):
            from_submission.make(shop, tomas)
    assert not Walkthrough.objects.exists()
