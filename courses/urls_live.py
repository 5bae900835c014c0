"""Addresses of sittings: the projector, the presenter, phones, and what is left afterwards."""

from __future__ import annotations

from django.urls import URLPattern, path

from courses.views import phone, presenter, rooms, sittings, stage

urlpatterns: list[URLPattern] = [
    # Phones
    path("live/", rooms.join, name="live_join"),
    path("live/room/<int:sitting_id>/", phone.phone, name="phone"),
    path("live/room/<int:sitting_id>/news/", phone.phone_news, name="phone_news"),
    path("live/room/<int:sitting_id>/answer/", phone.phone_answer, name="phone_answer"),
    path("live/room/<int:sitting_id>/here/", phone.phone_here, name="phone_here"),
    path("live/room/<int:sitting_id>/keep/", phone.phone_keep, name="phone_keep"),
    path("live/<str:code>/", rooms.enter, name="live_enter"),
    path("live/<str:code>/qr.svg", rooms.qr, name="live_qr"),
    path("sittings/<int:sitting_id>/words/<int:answer_id>/", rooms.let_through, name="let_through"),
    # What is left of a sitting
    path("sittings/<int:sitting_id>/", sittings.sitting, name="sitting"),
    path("sittings/<int:sitting_id>/answers.csv", sittings.answers_csv, name="sitting_csv"),
    path("sittings/<int:sitting_id>/compare/", sittings.compare, name="sitting_compare"),
    path("courses/<int:course_id>/sittings/own/", sittings.own_marks, name="own_marks"),
    path(
        "courses/<int:course_id>/sittings/own/<int:seat_id>/forget/",
        sittings.forget_own_marks,
        name="forget_own_marks",
    ),
    # The stage, and who steers it
    path("walkthroughs/<int:walkthrough_id>/begin/", stage.begin, name="sitting_begin"),
    path("sittings/<int:sitting_id>/projector/", stage.projector, name="projector"),
    path("sittings/<int:sitting_id>/news/", stage.stage_news, name="stage_news"),
    path("sittings/<int:sitting_id>/count/", stage.stage_count, name="stage_count"),
    path("sittings/<int:sitting_id>/presenter/", presenter.presenter, name="presenter"),
    path("sittings/<int:sitting_id>/room/", presenter.presenter_room, name="presenter_room"),
    path("sittings/<int:sitting_id>/steer/", presenter.steer, name="steer"),
    path("sittings/<int:sitting_id>/live/<slug:step>/", presenter.live_run, name="live_run"),
    path("sittings/<int:sitting_id>/end/", presenter.end, name="sitting_end"),
]
