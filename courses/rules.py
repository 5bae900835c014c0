"""Who may do what, as sentences. Every view asks here, by `courses.views.access`.

Objects are a Course, an Assignment, a Submission, a Walkthrough or a Sitting; what lies below them
(reviews, defects, notes, answers) is reached through them. A phone in a room has no person: its seat is
found by the secret in its cookie (`courses.domain.seats`).
"""

from __future__ import annotations

import rules
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from courses.models import Assignment, Course, Membership, Sitting, Submission, Walkthrough
from reviews.models import Seal

Person = AbstractBaseUser | AnonymousUser
Thing = Course | Assignment | Submission | Walkthrough | Sitting

INSTRUCTOR, ASSISTANT, STUDENT = (
    Membership.Role.INSTRUCTOR,
    Membership.Role.ASSISTANT,
    Membership.Role.STUDENT,
)


def course_of(thing: Thing) -> Course:
    """The course that a thing belongs to."""
    if isinstance(thing, Submission):
        return thing.assignment.course
    return thing if isinstance(thing, Course) else thing.course


def membership_of(user: Person, course: Course) -> Membership | None:
    """The person's membership; asked of the database once per request."""
    if not user.is_authenticated:
        return None
    # By attribute, so that the request's lazy user and the account behind it share one memory.
    known: dict[int, Membership | None] = getattr(user, "memberships_known", {})
    user.memberships_known = known  # type: ignore[attr-defined]
    if course.pk not in known:
        known[course.pk] = Membership.objects.filter(course=course, user_id=user.pk).first()
    return known[course.pk]


def _role(user: Person, thing: Thing) -> str:
    membership = membership_of(user, course_of(thing))
    return membership.role if membership else ""


@rules.predicate
def is_member(user: Person, thing: Thing) -> bool:
    """Belongs to the course in any role."""
    return bool(_role(user, thing))


@rules.predicate
def is_staff(user: Person, thing: Thing) -> bool:
    """Is an assistant or the instructor."""
    return _role(user, thing) in (ASSISTANT, INSTRUCTOR)


@rules.predicate
def is_instructor(user: Person, thing: Thing) -> bool:
    """Is the instructor."""
    return _role(user, thing) == INSTRUCTOR


@rules.predicate
def is_student(user: Person, thing: Thing) -> bool:
    """Is a student of the course."""
    return _role(user, thing) == STUDENT


@rules.predicate
def is_own(user: Person, submission: Submission) -> bool:
    """Is the very student who hands it in."""
    return submission.student.user_id == user.pk


is_marker = is_staff & ~is_own
"""Is of the staff, and it is not their own work: a student who became an assistant grades others."""


@rules.predicate
def is_published(user: Person, assignment: Assignment) -> bool:
    """The assignment is no draft."""
    return not assignment.is_draft


@rules.predicate
def is_open(user: Person, thing: Assignment | Submission) -> bool:
    """Work can be handed in now."""
    assignment = thing.assignment if isinstance(thing, Submission) else thing
    return assignment.is_open


@rules.predicate
def is_sealed(user: Person, submission: Submission) -> bool:
    """The student's notes are sealed. What is sealed stays so: it is asked once per object."""
    known = getattr(submission, "known_as_sealed", False)
    if not known:
        known = submission.revisions.filter(snapshot__seal__isnull=False).exists()
        submission.known_as_sealed = known  # type: ignore[attr-defined]
    return known


@rules.predicate
def is_released(user: Person, submission: Submission) -> bool:
    """The grade is out."""
    grade = getattr(submission, "grade", None)
    return bool(grade and grade.released_at)


@rules.predicate
def findings_are_due(user: Person, submission: Submission) -> bool:
    """The assignment's visibility says that students see what the models found."""
    visibility = submission.assignment.visibility
    if visibility == Assignment.Visibility.SEALED:
        return True
    if visibility == Assignment.Visibility.DUE:
        return submission.assignment.due_at <= timezone.now()
    return bool(is_released(user, submission))


@rules.predicate
def is_maker(user: Person, walkthrough: Walkthrough) -> bool:
    """Made it, or took it into the course."""
    return walkthrough.made_by_id is not None and walkthrough.made_by_id == user.pk


@rules.predicate
def is_shared(user: Person, walkthrough: Walkthrough) -> bool:
    """Its maker shares it with the staff of the course."""
    return walkthrough.shared


PERMISSIONS = {
    "courses.view_course": is_member,
    "courses.manage_course": is_instructor,
    "courses.view_people": is_staff,
    "courses.view_assignment": is_staff | (is_student & is_published),
    "courses.edit_assignment": is_instructor,
    "courses.view_dashboard": is_staff,
    "courses.view_insights": is_staff,
    "courses.view_own_progress": is_student,
    "courses.hand_in": is_student & is_published & is_open,
    # An unsealed submission is the student's own business.
    "courses.view_submission": is_own | (is_staff & is_sealed),
    "courses.write_notes": is_own & ~is_sealed & is_open,
    "courses.seal": is_own & is_open,
    "courses.view_findings": (is_marker & is_sealed) | (is_own & is_sealed & findings_are_due),
    # A grade shows what was found, so one that is released early waits for the findings' date.
    "courses.view_grade": (is_marker & is_sealed) | (is_own & is_released & findings_are_due),
    "courses.adjudicate": is_marker & is_sealed,
    "courses.import_findings": is_marker & is_sealed,
    # What is wrong with the code is never a student's to read beforehand.
    "courses.view_answer_key": is_staff,
    "courses.edit_answer_key": is_instructor,
    # A plan's criticism is given to its student on purpose, whenever the models' findings are shown.
    "courses.hand_in_text": is_own & is_sealed,
    "courses.ask_rescue": (is_own & is_released & findings_are_due) | (is_instructor & ~is_own & is_released),
    "courses.steer_reviews": is_instructor & is_sealed,
    # A student whose review could not be finished need not wait for the instructor.
    "courses.rerun_reviews": is_own & is_sealed & findings_are_due,
    "courses.release_grades": is_instructor,
    "courses.view_walkthroughs": is_staff,
    "courses.use_walkthrough": is_staff & (is_maker | is_shared),
    "courses.edit_walkthrough": is_staff & (is_maker | (is_instructor & is_shared)),
    # Whoever of the staff is at hand steers: where a laptop dies, another one takes over.
    "courses.present": is_staff,
    "courses.view_sitting": is_staff,
    "courses.make_walkthrough": is_marker & is_sealed,
    "courses.answer_consent": is_own & is_sealed,
    "courses.view_own_marks": is_student,
}

for name, predicate in PERMISSIONS.items():
    rules.add_perm(name, predicate)


def may(user: Person, permission: str, thing: Thing | None = None) -> bool:
    """Whether this person may. Nobody is above these rules: Django's superusers are not either."""
    return bool(rules.has_perm(permission, user, thing))


def to_adjudicate(user: Person, assignment: Assignment) -> QuerySet[Submission]:
    """The submissions for which `courses.adjudicate` holds, as one query for a whole assignment."""
    if not is_staff(user, assignment):
        return Submission.objects.none()
    is_sealed_one = Exists(Seal.objects.filter(snapshot__revision__submission=OuterRef("pk")))
    return assignment.submissions.filter(is_sealed_one).exclude(student__user=user.pk)


def usable(user: Person, course: Course) -> QuerySet[Walkthrough]:
    """The walkthroughs for which `courses.use_walkthrough` holds, as one query for a whole course."""
    if not is_staff(user, course):
        return Walkthrough.objects.none()
    return course.walkthroughs.filter(Q(shared=True) | Q(made_by_id=user.pk))
