"""The files that every student begins with: given, refused, downloaded, dropped."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile

from courses.models import Assignment, Course
from reviews.models import LanguageModel
from tests import stories
from tests.doors import meets_nothing
from tests.people import client_of


def zipped(**files: str) -> SimpleUploadedFile:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in files.items():
            archive.writestr(name.replace("__", "/"), text)
    return SimpleUploadedFile("shop.zip", packed.getvalue())


def paths(task: Assignment) -> list[str]:
    task.refresh_from_db()
    return [file.path for file in task.starter.source_files()] if task.starter else []


def test_ruth_gives_starter_files_in_an_archive_with_their_author(course: Course, ruth: User) -> None:
    task = stories.assignment(course)
    model = LanguageModel.objects.get(name="gpt-5.4")
    values = {"uploads": zipped(shop__app="x = 1\n", shop__util="y = 2\n"), "author": model.pk}
    url = f"/assignments/{task.pk}/starter/"
    html = (
        client_of(ruth)
        .post(url, {**values, "test_evidence": "5 passed in 0.1s"}, follow=True)
        .content.decode()
    )
    assert paths(task) == ["app", "util"]
    assert task.starter_author == model
    assert "The starter files are saved: 2 files." in html
    assert "Written by GPT 5.4." in html


def test_dropped_folders_keep_their_paths(course: Course, ruth: User) -> None:
    task = stories.assignment(course)
    values = {
        "uploads": [SimpleUploadedFile("a.py", b"x = 1\n"), SimpleUploadedFile("a.py", b"y = 2\n")],
        "paths": '["one/a.py", "two/a.py"]',
    }
    client_of(ruth).post(f"/assignments/{task.pk}/starter/", values)
    assert paths(task) == ["one/a.py", "two/a.py"]


def test_one_file_can_be_pasted_and_its_author_named_later(course: Course, ruth: User) -> None:
    task = stories.assignment(course)
    url = f"/assignments/{task.pk}/starter/"
    client_of(ruth).post(url, {"pasted_name": "app.py", "pasted_text": "  x = 1\r\n"})
    assert paths(task) == ["app.py"]
    assert task.starter is not None
    assert task.starter.source_files()[0].text == "  x = 1\n"

    model = LanguageModel.objects.get(name="claude-opus-4-6")
    client_of(ruth).post(url, {"author": model.pk})
    assert paths(task) == ["app.py"]
    assert task.starter_author == model


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({}, "There is nothing here yet. Choose files"),
        ({"pasted_text": "x = 1"}, "Pasted text 1 has no file name"),
        ({"pasted_name": "../app.py", "pasted_text": "x = 1"}, "is not a usable file name"),
        ({"pasted_name": "a.py", "pasted_text": "x", "uploads": True}, "Send one or the other"),
        (
            {"test_evidence": "x" * (1024 * 1024 + 1), "pasted_name": "a", "pasted_text": "x"},
            "larger than 1 MB",
        ),
    ],
)
def test_what_is_no_starter_is_refused_and_nothing_is_stored(
    course: Course, ruth: User, values: dict[str, Any], message: str
) -> None:
    task = stories.assignment(course)
    if "uploads" in values:
        values = {**values, "uploads": zipped(a="x")}
    response = client_of(ruth).post(f"/assignments/{task.pk}/starter/", values)
    assert response.status_code == 422
    assert message in response.content.decode()
    assert paths(task) == []


def test_text_that_is_not_utf_8_is_named_and_latin_1_is_offered(course: Course, ruth: User) -> None:
    task = stories.assignment(course)
    url = f"/assignments/{task.pk}/starter/"
    latin = "# Größe\n".encode("latin-1")
    html = client_of(ruth).post(url, {"uploads": SimpleUploadedFile("a.py", latin)}).content.decode()
    assert "“a.py” is not UTF-8 text" in html
    assert 'name="latin_1"' in html
    client_of(ruth).post(url, {"uploads": SimpleUploadedFile("a.py", latin), "latin_1": "on"})
    assert paths(task) == ["a.py"]
    assert task.starter is not None
    assert task.starter.source_files()[0].text == "# Größe\n"


def test_amara_downloads_the_starter_as_a_zip_with_everything_in_one_folder(
    course: Course, ruth: User, amara: User
) -> None:
    task = stories.assignment(course, title="Größe & <Shop>")
    values = {"pasted_name": "src/ä b.py", "pasted_text": "x = 1\n"}
    client_of(ruth).post(f"/assignments/{task.pk}/starter/", values)
    response = client_of(amara).get(f"/assignments/{task.pk}/starter.zip")
    assert response.headers["Content-Disposition"] == 'attachment; filename="groe-shop.zip"'
    with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
        assert archive.namelist() == ["groe-shop/src/ä b.py"]
        assert archive.read("groe-shop/src/ä b.py") == b"x = 1\n"
    assert "Download 1 file" in client_of(amara).get(f"/assignments/{task.pk}/").content.decode()


def test_dropped_the_starter_is_gone_and_what_was_handed_in_stays(
    course: Course, ruth: User, amara: User
) -> None:
    task = stories.assignment(course)
    client_of(ruth).post(f"/assignments/{task.pk}/starter/", {"pasted_name": "a.py", "pasted_text": "x"})
    submission = stories.handed_in(task, amara)
    html = client_of(ruth).post(f"/assignments/{task.pk}/starter/drop/", follow=True).content.decode()
    assert "There are none." in html
    assert paths(task) == []
    assert submission.revisions.get().snapshot.files.count() == 2
    meets_nothing(client_of(amara).get(f"/assignments/{task.pk}/starter.zip"))


def test_students_cannot_touch_the_starter(course: Course, ruth: User, amara: User) -> None:
    task = stories.assignment(course)
    client_of(ruth).post(f"/assignments/{task.pk}/starter/", {"pasted_name": "a.py", "pasted_text": "x"})
    for path in ("starter/", "starter/drop/"):
        assert client_of(amara).post(f"/assignments/{task.pk}/{path}").status_code == 403
    assert paths(task) == ["a.py"]
