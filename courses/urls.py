"""Addresses of courses. A test gives every one of them a row for every role."""

from __future__ import annotations

from django.urls import path

from courses import urls_live, urls_walkthroughs
from courses.views import (
    adjudication,
    alike,
    answer_keys,
    assignments,
    courses,
    dashboard,
    grading,
    hand_in,
    imports,
    insights,
    ledger,
    notes,
    numbers,
    people,
    reader,
    rescue,
    results,
    review,
    reviewers,
    reviews,
    sealing,
    texts,
)

app_name = "courses"
urlpatterns = [
    path("", courses.index, name="index"),
    path("demo/sign-in/", people.demo_sign_in, name="demo_sign_in"),
    path("join/", people.join, name="join"),
    # Courses
    path("courses/new/", courses.new, name="course_new"),
    path("courses/<int:course_id>/", courses.course, name="course"),
    path("courses/<int:course_id>/settings/", courses.settings, name="course_settings"),
    path("courses/<int:course_id>/weights/", courses.set_weights, name="set_weights"),
    path("courses/<int:course_id>/code/rotate/", courses.rotate_code, name="rotate_code"),
    path("courses/<int:course_id>/code/open/", courses.set_join_open, name="set_join_open"),
    path("courses/<int:course_id>/people/", people.people, name="people"),
    path("courses/<int:course_id>/people/<int:membership_id>/role/", people.set_role, name="set_role"),
    path("courses/<int:course_id>/reviewers/", reviewers.reviewers, name="reviewers"),
    path("courses/<int:course_id>/reviewers/check/", reviewers.check, name="check_reviewers"),
    path("courses/<int:course_id>/reviewers/<int:connection_id>/key/", reviewers.own_key, name="own_key"),
    path(
        "courses/<int:course_id>/reviewers/<int:connection_id>/key/forget/",
        reviewers.forget_key,
        name="forget_own_key",
    ),
    path("courses/<int:course_id>/insights/", insights.of_course, name="course_insights"),
    path(
        "courses/<int:course_id>/insights/students/",
        insights.students_of_course,
        name="course_insights_students",
    ),
    path("courses/<int:course_id>/insights/learning/", insights.learning, name="course_insights_learning"),
    path(
        "courses/<int:course_id>/insights/defects/",
        insights.defects_of_course,
        name="course_insights_defects",
    ),
    path(
        "courses/<int:course_id>/insights/<slug:table>.csv",
        insights.sheet_of_course,
        name="course_insights_csv",
    ),
    path("courses/<int:course_id>/progress/", insights.own_progress, name="own_progress"),
    # Assignments
    path("courses/<int:course_id>/assignments/new/", assignments.new, name="assignment_new"),
    path("assignments/<int:assignment_id>/", assignments.assignment, name="assignment"),
    path("assignments/<int:assignment_id>/edit/", assignments.edit, name="assignment_edit"),
    path("assignments/<int:assignment_id>/publish/", assignments.publish, name="publish"),
    path("assignments/<int:assignment_id>/withdraw/", assignments.withdraw, name="withdraw"),
    path("assignments/<int:assignment_id>/starter/", assignments.starter, name="starter"),
    path("assignments/<int:assignment_id>/starter/drop/", assignments.drop_starter, name="drop_starter"),
    path("assignments/<int:assignment_id>/starter.zip", assignments.starter_zip, name="starter_zip"),
    path("assignments/<int:assignment_id>/dashboard/", dashboard.dashboard, name="dashboard"),
    path("assignments/<int:assignment_id>/insights/", insights.of_assignment, name="insights"),
    path(
        "assignments/<int:assignment_id>/insights/students/",
        insights.students_of_assignment,
        name="insights_students",
    ),
    path(
        "assignments/<int:assignment_id>/insights/defects/",
        insights.defects_of_assignment,
        name="insights_defects",
    ),
    path(
        "assignments/<int:assignment_id>/insights/<slug:table>.csv",
        insights.sheet_of_assignment,
        name="insights_csv",
    ),
    path("assignments/<int:assignment_id>/next/", dashboard.next_ungraded, name="next_ungraded"),
    path("assignments/<int:assignment_id>/release/", dashboard.release, name="release_many"),
    path("assignments/<int:assignment_id>/hand-in/", hand_in.hand_in, name="hand_in"),
    # Its answer key
    path("assignments/<int:assignment_id>/key/", answer_keys.key, name="answer_key"),
    path("assignments/<int:assignment_id>/key/new/", answer_keys.new, name="key_entry_new"),
    path("assignments/<int:assignment_id>/key/import/", answer_keys.take_in, name="key_import"),
    path("assignments/<int:assignment_id>/key/again/", answer_keys.try_again, name="key_again"),
    path("assignments/<int:assignment_id>/key/judge/", answer_keys.have_judged, name="key_judge"),
    path("assignments/<int:assignment_id>/key/<int:number>/", answer_keys.entry, name="key_entry"),
    path("assignments/<int:assignment_id>/key/<int:number>/remove/", answer_keys.remove, name="key_remove"),
    path("assignments/<int:assignment_id>/key.json", answer_keys.as_json, name="key_json"),
    path("assignments/<int:assignment_id>/key.sarif", answer_keys.as_sarif, name="key_sarif"),
    path(
        "submissions/<int:submission_id>/defects/<int:number>/promote/", adjudication.promote, name="promote"
    ),
    # A submission, for its student
    path("submissions/<int:submission_id>/", results.submission, name="submission"),
    path("submissions/<int:submission_id>/code/", reader.first_file, name="code"),
    path("submissions/<int:submission_id>/code/<path:path>", reader.file, name="file"),
    path("submissions/<int:submission_id>/notes/new/", notes.new, name="note_new"),
    path("submissions/<int:submission_id>/notes/<int:note_id>/", notes.edit, name="note_edit"),
    path("submissions/<int:submission_id>/notes/<int:note_id>/delete/", notes.delete, name="note_delete"),
    path("submissions/<int:submission_id>/seal/", sealing.seal, name="seal"),
    path("submissions/<int:submission_id>/receipt/", sealing.receipt, name="receipt"),
    path("submissions/<int:submission_id>/result/", results.result, name="result"),
    path("submissions/<int:submission_id>/numbers/", numbers.numbers, name="numbers"),
    # Its reviews and its defects
    path("submissions/<int:submission_id>/reviews/", reviews.panel, name="reviews"),
    path("submissions/<int:submission_id>/reviews/<int:review_id>/cancel/", reviews.cancel, name="cancel"),
    path(
        "submissions/<int:submission_id>/reviews/<int:review_id>/again/", reviews.run_again, name="run_again"
    ),
    path("submissions/<int:submission_id>/reviews/<int:review_id>/rerun/", reviews.rerun, name="rerun"),
    path("submissions/<int:submission_id>/reviews/<int:review_id>/", review.review, name="review"),
    path("submissions/<int:submission_id>/texts/<int:pass_id>/", texts.text, name="text"),
    path("submissions/<int:submission_id>/ledger/", ledger.ledger, name="ledger"),
    path("submissions/<int:submission_id>/ledger.csv", ledger.download, name="ledger_csv"),
    path("submissions/<int:submission_id>/ledger/<int:call_id>/", ledger.call, name="call"),
    path("submissions/<int:submission_id>/import/", imports.import_findings, name="import"),
    path("submissions/<int:submission_id>/apparatus/", results.apparatus, name="apparatus"),
    path("submissions/<int:submission_id>/adjudicate/", adjudication.adjudicate, name="adjudicate"),
    path("submissions/<int:submission_id>/defects/<int:number>/", adjudication.defect, name="defect"),
    path("submissions/<int:submission_id>/defects/<int:number>/decide/", adjudication.decide, name="decide"),
    path("submissions/<int:submission_id>/defects/<int:number>/rename/", adjudication.rename, name="rename"),
    path("submissions/<int:submission_id>/defects/<int:number>/merge/", adjudication.merge, name="merge"),
    path("submissions/<int:submission_id>/defects/<int:number>/alike/", alike.alike, name="alike"),
    path("submissions/<int:submission_id>/defects/<int:number>/rescue/", rescue.rescue, name="rescue"),
    path(
        "submissions/<int:submission_id>/claims/<str:kind>/<int:claim_id>/move/",
        adjudication.move,
        name="move_claim",
    ),
    path("submissions/<int:submission_id>/grade/", grading.grade, name="grade"),
    path("submissions/<int:submission_id>/release/", grading.release, name="release"),
    path("submissions/<int:submission_id>/take-back/", grading.take_back, name="take_back"),
    # Walkthroughs, and the rooms in which they are shown
    *urls_walkthroughs.urlpatterns,
    *urls_live.urlpatterns,
]
