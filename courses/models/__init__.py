"""The rows of courses. Thin: rules live in rules and domain."""

from courses.models.assignment import Assignment, PlanStep
from courses.models.course import Course, Membership
from courses.models.digest import Digest
from courses.models.grade import Grade
from courses.models.sitting import Answer, LiveRun, Seat, Sitting
from courses.models.submission import Revision, Submission
from courses.models.walkthrough import Consent, Walkthrough, WalkthroughCode

__all__ = [
    "Answer",
    "Assignment",
    "Consent",
    "Course",
    "Digest",
    "Grade",
    "LiveRun",
    "Membership",
    "PlanStep",
    "Revision",
    "Seat",
    "Sitting",
    "Submission",
    "Walkthrough",
    "WalkthroughCode",
]
