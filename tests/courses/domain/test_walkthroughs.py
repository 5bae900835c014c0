"""Walkthroughs kept, changed, and taken away: whole or not at all, and nobody overwrites anybody."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from courses.domain import sittings, walkthroughs
from courses.domain.walkthroughs import ChangedMeanwhile
from courses.models import Course, Walkthrough
from courses.walkthroughs import editing
from courses.walkthroughs.document import Unreadable
from courses.walkthroughs.editing import Broken
from courses.walkthroughs.parts import Code
from courses.walkthroughs.story import Story
from reviews.models import Blob, Snapshot
from reviews.snapshots.files import SourceFile
from tests.rooms import shop_story, walkthrough_of
from tests.stories import SHOP

pytestmark = pytest.mark.django_db

TILL = (SourceFile("till.py", "TILL = 0\n"),)


@pytest.fixture
def shop(course: Course, ruth: User) -> Walkthrough:
    """Ruth's walkthrough of the shop."""
    return walkthrough_of(course, ruth)


def with_till(shop: Walkthrough) -> Story:
    """The shop's story with one state of the code more."""
    return editing.put_code(shop.told(), Code(name="v2", title="With a till"))


def test_a_change_is_stored_over_the_version_that_was_seen_and_no_other(shop: Walkthrough) -> None:
    before = shop.updated_at
    changed = editing.about(shop.told(), title="Two shops", summary="", source="")
    assert walkthroughs.save(shop, changed, 1) == 2
    shop.refresh_from_db()
    assert (shop.title, shop.version) == ("Two shops", 2)
    assert shop.updated_at > before
    with pytest.raises(ChangedMeanwhile):
        walkthroughs.save(shop, shop_story(), 1)
    shop.refresh_from_db()
    assert shop.told().title == "Two shops"


def test_a_story_that_shows_code_which_is_not_there_is_not_stored(shop: Walkthrough) -> None:
    with pytest.raises(Unreadable, match="The code of v2 is missing"):
        walkthroughs.save(shop, with_till(shop), 1)
    shop.refresh_from_db()
    assert shop.version == 1


def test_code_comes_with_its_story_or_not_at_all(shop: Walkthrough) -> None:
    walkthroughs.add_code(shop, with_till(shop), "v2", TILL, 1)
    shop.refresh_from_db()
    assert walkthroughs.files_of(shop, "v2") == TILL
    assert walkthroughs.code_of(shop).keys() == {"v1", "v2"}
    snapshots = Snapshot.objects.count()
    with pytest.raises(ChangedMeanwhile):
        walkthroughs.add_code(shop, with_till(shop), "v2", TILL, 1)
    assert Snapshot.objects.count() == snapshots


def test_code_that_is_taken_out_is_gone_unless_somebody_shows_it(shop: Walkthrough, ruth: User) -> None:
    walkthroughs.add_code(shop, with_till(shop), "v2", TILL, 1)
    shop.refresh_from_db()
    with pytest.raises(Broken):
        walkthroughs.drop_code(shop, "v1", 2)
    walkthroughs.drop_code(shop, "v2", 2)
    assert not Blob.objects.filter(sha256=TILL[0].sha256).exists()

    shop.refresh_from_db()
    walkthroughs.add_code(shop, with_till(shop), "v2", TILL, 3)
    shop.refresh_from_db()
    sittings.begin(shop, ruth)
    walkthroughs.drop_code(shop, "v2", 4)
    assert Blob.objects.filter(sha256=TILL[0].sha256).exists(), "the room still shows it"


def test_a_copy_is_its_makers_own_and_lives_by_itself(shop: Walkthrough, tomas: User) -> None:
    copy = walkthroughs.duplicate(shop, tomas)
    assert (copy.title, copy.made_by, copy.shared, copy.version) == ("The shop, copy", tomas, False, 1)
    walkthroughs.remove(shop)
    assert {file.path for file in walkthroughs.files_of(copy, "v1")} == {file.path for file in SHOP}
    long = editing.about(copy.told(), title="x" * 200, summary="", source="")
    walkthroughs.save(copy, long, 1)
    copy.refresh_from_db()
    assert len(walkthroughs.duplicate(copy, tomas).title) < 200


def test_shared_with_all_staff_or_with_nobody(shop: Walkthrough) -> None:
    walkthroughs.share(shop, shared=False)
    shop.refresh_from_db()
    assert not shop.shared
    assert shop.version == 1, "nobody's form is out of date for it"
