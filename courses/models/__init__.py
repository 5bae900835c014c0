"""The rows of courses. Thin: rules live in rules and domain."""

from courses.models.assignment import Assignment, PlanStep
from courses.models.course import Course, Membership
from courses.models.digest import Digest
from courses.models.grade import Grade
from courses.models.submission import Revision, Submission

__all__ = ["Assignment", "Course", "Digest", "Grade", "Membership", "PlanStep", "Revision", "Submission"]
