"""Which way leads to a provider: the course's key, the seat's connection, the site's."""

from __future__ import annotations

import pytest

from reviews.engine import connections, keys, ledger
from reviews.engine.keys import NotAKey
from reviews.models import Call, Connection
from reviews.providers.base import Access, Listener, ProviderError, Trouble
from tests import calls
from tests.calls import a_connection

SITE_KEY, COURSE_KEY = "sk-of-the-site-1234", "sk-of-the-course-5678"

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus() -> Connection:
    """The campus's server, with the site's key."""
    row = a_connection(base_url="http://campus.example/v1", supports_schemas=False)
    keys.set_key(row, SITE_KEY)
    return row


def test_without_a_connection_the_environment_leads_to_the_provider() -> None:
    assert connections.connection_for("compatible", None, "course-7") is None


def test_a_seat_without_a_connection_finds_the_one_named_like_its_provider(campus: Connection) -> None:
    named = Connection.objects.get(name="openai", scope="")
    assert connections.connection_for("openai", None, "") == named
    assert connections.connection_for("openai", campus.pk, "") == campus
    assert connections.connection_for("recorded", None, "") is None


def test_a_course_with_its_own_key_uses_it_and_no_other_course_does(campus: Connection) -> None:
    own = connections.own_key("course-7", campus, COURSE_KEY)
    assert connections.connection_for("openai", campus.pk, "course-7") == own
    assert connections.connection_for("openai", campus.pk, "course-8") == campus
    assert connections.connection_for("openai", campus.pk, "") == campus
    assert connections.access_to(own).key == COURSE_KEY
    assert connections.access_to(campus).key == SITE_KEY


def test_a_course_brings_a_key_and_never_an_address(campus: Connection) -> None:
    own = connections.own_key("course-7", campus, COURSE_KEY)
    Connection.objects.filter(pk=own.pk).update(
        base_url="http://169.254.169.254/latest/meta-data", supports_schemas=True
    )
    found = connections.connection_for("openai", campus.pk, "course-7")
    assert found is not None
    assert connections.access_to(found) == Access(
        base_url="http://campus.example/v1", key=COURSE_KEY, supports_schemas=False
    )


def test_a_key_of_a_course_whose_connection_is_gone_leads_nowhere(campus: Connection) -> None:
    own = connections.own_key("course-7", campus, COURSE_KEY)
    Connection.objects.filter(pk=own.pk).update(instead_of=None, base_url="http://elsewhere.example")
    own.refresh_from_db()
    with pytest.raises(ProviderError, match="no longer has"):
        connections.access_to(own)


def test_a_course_enters_its_key_again_and_it_is_the_same_connection(campus: Connection) -> None:
    first = connections.own_key("course-7", campus, COURSE_KEY)
    second = connections.own_key("course-7", campus, "sk-a-newer-one-9999")
    assert first.pk == second.pk
    assert connections.access_to(second).key == "sk-a-newer-one-9999"


def test_a_course_takes_its_key_back_and_what_it_paid_stays_known(campus: Connection) -> None:
    own = connections.own_key("course-7", campus, COURSE_KEY)
    scripted = calls.Scripted()
    ledger.ask(calls.asking(calls.a_pass(), own), scripted, calls.question(), Listener())
    connections.forget_own_key("course-7", campus)
    assert connections.connection_for("openai", campus.pk, "course-7") == campus
    assert Call.objects.get().connection == own
    assert connections.own_keys("course-7")[0].own is None


def test_what_cannot_be_a_key_leaves_the_course_as_it_was(campus: Connection) -> None:
    with pytest.raises(NotAKey):
        connections.own_key("course-7", campus, "two words")
    assert not Connection.objects.filter(scope="course-7").exists()


def test_only_a_course_stands_in_and_only_for_the_site(campus: Connection) -> None:
    own = connections.own_key("course-7", campus, COURSE_KEY)
    with pytest.raises(ValueError, match="stands in for a connection of the site"):
        connections.own_key("", campus, COURSE_KEY)
    with pytest.raises(ValueError, match="stands in for a connection of the site"):
        connections.own_key("course-8", own, COURSE_KEY)


def test_a_course_is_shown_where_it_can_bring_a_key(campus: Connection) -> None:
    Connection.objects.exclude(pk=campus.pk).update(active=False)
    library = a_connection("library")
    own = connections.own_key("course-7", campus, COURSE_KEY)
    assert [(pair.site, pair.own) for pair in connections.own_keys("course-7")] == [
        (campus, own),
        (library, None),
    ]
    assert [pair.own for pair in connections.own_keys("course-8")] == [None, None]
    assert [pair.own for pair in connections.own_keys("")] == [None, None], "the site is no course"


def test_what_the_site_switched_off_no_course_switches_on(campus: Connection) -> None:
    connections.own_key("course-7", campus, COURSE_KEY)
    Connection.objects.filter(pk=campus.pk).update(active=False)
    with pytest.raises(ProviderError, match="campus is switched off") as refused:
        connections.connection_for("openai", campus.pk, "course-7")
    assert refused.value.trouble is Trouble.MISSING
    Connection.objects.filter(name="openai", scope="").update(active=False)
    with pytest.raises(ProviderError, match="openai is switched off"):
        connections.connection_for("openai", None, "")


def test_code_takes_no_other_way_than_the_one_its_reviewer_was_given(campus: Connection) -> None:
    gone = campus.pk
    campus.delete()
    with pytest.raises(ProviderError, match="is gone, so nothing was sent"):
        connections.connection_for("openai", gone, "")
    elsewhere = Connection.objects.get(name="anthropic", scope="")
    with pytest.raises(ProviderError, match="The connection to openai"):
        connections.connection_for("openai", elsewhere.pk, "")


def test_keys_brought_for_an_old_address_do_not_go_to_a_new_one(campus: Connection) -> None:
    connections.own_key("course-7", campus, COURSE_KEY)
    connections.own_key("course-8", campus, COURSE_KEY)
    other = connections.own_key("course-7", a_connection("library"), COURSE_KEY)
    assert connections.forget_keys_for_old_address(campus) == 2
    assert connections.connection_for("openai", campus.pk, "course-7") == campus
    other.refresh_from_db()
    assert other.has_key


def test_a_site_connection_is_renamed_and_another_takes_its_name(campus: Connection) -> None:
    connections.own_key("course-7", campus, COURSE_KEY)
    Connection.objects.filter(pk=campus.pk).update(name="old campus")
    campus_2 = a_connection("campus")
    own = connections.own_key("course-7", campus_2, COURSE_KEY)
    assert connections.connection_for("openai", campus_2.pk, "course-7") == own
