"""Addresses of walkthroughs: kept, edited, made from a submission."""

from __future__ import annotations

from django.urls import URLPattern, path

from courses.views import consents, steps, story_parts, walkthroughs

urlpatterns: list[URLPattern] = [
    path("courses/<int:course_id>/walkthroughs/", walkthroughs.walkthroughs, name="walkthroughs"),
    path("courses/<int:course_id>/walkthroughs/new/", walkthroughs.new, name="walkthrough_new"),
    path("courses/<int:course_id>/walkthroughs/import/", walkthroughs.take_in, name="walkthrough_import"),
    path(
        "courses/<int:course_id>/walkthroughs/shelf/<slug:slug>/", walkthroughs.take, name="walkthrough_take"
    ),
    path("walkthroughs/<int:walkthrough_id>/", walkthroughs.walkthrough, name="walkthrough"),
    path("walkthroughs/<int:walkthrough_id>/edit/", walkthroughs.edit, name="walkthrough_edit"),
    path(
        "walkthroughs/<int:walkthrough_id>/duplicate/", walkthroughs.duplicate, name="walkthrough_duplicate"
    ),
    path("walkthroughs/<int:walkthrough_id>/share/", walkthroughs.share, name="walkthrough_share"),
    path("walkthroughs/<int:walkthrough_id>/remove/", walkthroughs.remove, name="walkthrough_remove"),
    path("walkthroughs/<int:walkthrough_id>/export.json", walkthroughs.export, name="walkthrough_export"),
    path(
        "walkthroughs/<int:walkthrough_id>/preview/<int:position>/",
        walkthroughs.preview,
        name="walkthrough_preview",
    ),
    # Made from a submission, with its student's consent
    path("submissions/<int:submission_id>/consent/", consents.consent, name="consent"),
    path("submissions/<int:submission_id>/walkthrough/", consents.make, name="walkthrough_make"),
    # Its steps
    path("walkthroughs/<int:walkthrough_id>/add/<slug:kind>/", steps.new, name="step_new"),
    path("walkthroughs/<int:walkthrough_id>/steps/<slug:name>/", steps.edit, name="step_edit"),
    path("walkthroughs/<int:walkthrough_id>/steps/<slug:name>/remove/", steps.remove, name="step_remove"),
    path("walkthroughs/<int:walkthrough_id>/steps/<slug:name>/move/", steps.move, name="step_move"),
    # What they speak of
    path("walkthroughs/<int:walkthrough_id>/code/", story_parts.code_new, name="code_new"),
    path("walkthroughs/<int:walkthrough_id>/code/<slug:name>/", story_parts.code_edit, name="code_edit"),
    path(
        "walkthroughs/<int:walkthrough_id>/code/<slug:name>/remove/",
        story_parts.code_remove,
        name="code_remove",
    ),
    path("walkthroughs/<int:walkthrough_id>/defects/", story_parts.defect_new, name="story_defect_new"),
    path(
        "walkthroughs/<int:walkthrough_id>/defects/<slug:name>/", story_parts.defect_edit, name="story_defect"
    ),
    path(
        "walkthroughs/<int:walkthrough_id>/defects/<slug:name>/remove/",
        story_parts.defect_remove,
        name="story_defect_remove",
    ),
    path("walkthroughs/<int:walkthrough_id>/witnesses/", story_parts.witnesses, name="witnesses"),
]
