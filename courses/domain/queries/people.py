"""The people of a course, and the people of the demo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User

from courses.domain.queries.courses import MaySee, OwnWork, work_by_person
from courses.models import Course, Membership

DEMO_STAFF = {
    "ruth": ("Instructor", "Sets assignments, decides what is a defect, grades and releases."),
    "tomas": ("Assistant", "Decides what is a defect and grades; only the instructor releases."),
}
DEMO_STUDENTS = (
    *("amara", "ben", "chiara", "daniel", "elif", "felix"),
    *("grace", "hana", "ivan", "julia", "kofi", "lena"),
)
DEMO_USERNAMES = (*DEMO_STAFF, *DEMO_STUDENTS)
"""The accounts that `manage.py seed_demo` makes, and the only ones that sign in by one click."""


@dataclass(frozen=True, slots=True)
class RoleGroup:
    """The members of a course in one role, by family name."""

    role: Membership.Role
    members: list[Membership]

    @property
    def title(self) -> str:
        """The role in the plural, as a heading."""
        return f"{self.role.label.capitalize()}s"


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody to look around as; `line` says in a sentence what one sees then."""

    username: str
    name: str
    role: str
    line: str


def by_role(course: Course) -> list[RoleGroup]:
    """The members of a course, instructors first, in one query. Empty groups are left out."""
    members = list(course.memberships.select_related("user"))
    order = (Membership.Role.INSTRUCTOR, Membership.Role.ASSISTANT, Membership.Role.STUDENT)
    groups = [RoleGroup(role, [member for member in members if member.role == role]) for role in order]
    return [group for group in groups if group.members]


def demo_people(may_see: MaySee) -> list[DemoPerson]:
    """The demo people that there are: staff, a student for each state of work, then the others."""
    users = {user.username: user for user in User.objects.filter(username__in=DEMO_USERNAMES)}
    staff = [
        DemoPerson(username, users[username].get_full_name(), role, line)
        for username, (role, line) in DEMO_STAFF.items()
        if username in users
    ]
    work = work_by_person(users.values(), may_see)
    shown: set[tuple[str, ...]] = set()
    first: list[DemoPerson] = []
    rest: list[DemoPerson] = []
    for user in (users[name] for name in DEMO_STUDENTS if name in users):
        steps = tuple(item.step for item in work[user.pk])
        group = rest if steps in shown else first
        group.append(DemoPerson(user.username, user.get_full_name(), "Student", _line(work[user.pk])))
        shown.add(steps)
    return [*staff, *first, *rest]


def _line(work: Sequence[OwnWork]) -> str:
    if not work:
        return "No assignment yet."
    # What has not begun says little beside what has; alone it is the news.
    telling = [item for item in work if item.submission] or [item for item in work if item.next] or work
    return "; ".join(f"{item.assignment.title}: {item.step}" for item in telling) + "."
