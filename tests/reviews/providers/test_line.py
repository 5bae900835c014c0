"""A line to a provider: new for every call, and let go as soon as nobody waits any more."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from itertools import pairwise
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pytest_django import Settings

from reviews.providers.anthropic import Anthropic
from reviews.providers.base import Access, GivenUp, Listener, ModelProvider, ProviderError, Trouble
from reviews.providers.compatible import Compatible
from reviews.providers.line import ssl_context
from reviews.providers.openai import OpenAI
from tests.servers.models import NOTHING_FOUND, TEST_KEY, Answer, Fault, StandIn
from tests.servers.questions import question
from tests.servers.workers import wait_until

PROVIDERS: list[tuple[ModelProvider, str]] = [
    (OpenAI({}), "/v1"),
    (Anthropic({}), ""),
    (Compatible({}), "/v1"),
]


@pytest.fixture
def server() -> Iterator[StandIn]:
    with StandIn() as running:
        yield running


@pytest.mark.parametrize(("provider", "path"), PROVIDERS)
@pytest.mark.parametrize("fault", [Fault.NEVER, Fault.SILENT, Fault.DRIPS])
def test_whoever_is_given_up_hangs_up_soon(
    server: StandIn, provider: ModelProvider, path: str, fault: Fault, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However silent or lively the server is: it may go on thinking, and we would go on paying."""
    monkeypatch.setattr("reviews.providers.line.LOOK_UP_SECONDS", 0.1)
    server.answers = Answer(fault=fault)
    listener = Listener(given_up=lambda: bool(server.asked))
    began = time.monotonic()
    with pytest.raises(GivenUp) as caught:
        provider.ask(question(access=Access(server.url + path, TEST_KEY), seconds=60), listener)
    assert time.monotonic() - began < 20, "it did not wait for the silence to end"
    assert caught.value.__cause__ is None

    def hung_up() -> bool:
        """The server saw its caller go."""
        return server.asked[0].hung_up is not None

    wait_until(hung_up, within=10)


@pytest.mark.parametrize(("provider", "path"), PROVIDERS)
def test_whoever_was_given_up_before_does_not_call_at_all(
    server: StandIn, provider: ModelProvider, path: str
) -> None:
    with pytest.raises(GivenUp):
        provider.ask(question(access=Access(server.url + path, TEST_KEY)), Listener(given_up=lambda: True))
    assert server.seen == []


@pytest.mark.parametrize(("provider", "path"), PROVIDERS)
def test_no_call_uses_the_line_of_an_earlier_one(server: StandIn, provider: ModelProvider, path: str) -> None:
    """So there is no kept connection that the other side could have closed meanwhile."""
    asked = question(access=Access(server.url + path, TEST_KEY))
    for _ in range(3):
        provider.ask(asked, Listener())
    assert len({seen.peer for seen in server.asked}) == 3


def test_a_listener_is_asked_now_and_then(server: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may ask a database each time."""
    monkeypatch.setattr("reviews.providers.line.LOOK_UP_SECONDS", 0.2)
    server.answers = Answer(delay=0.7)
    times: list[float] = []

    def given_up() -> bool:
        times.append(time.monotonic())
        return False

    OpenAI({}).ask(question(access=Access(server.openai_url, TEST_KEY)), Listener(given_up=given_up))
    assert len(times) >= 3
    assert all(later - earlier >= 0.2 for earlier, later in pairwise(times))


def test_a_listener_that_breaks_is_not_taken_for_the_provider(server: StandIn) -> None:
    class DatabaseGone(Exception):
        pass

    def begun() -> None:
        raise DatabaseGone

    for provider, path in PROVIDERS:
        with pytest.raises(DatabaseGone):
            provider.ask(question(access=Access(server.url + path, TEST_KEY)), Listener(begun=begun))


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for this machine with its key, that nobody trusts yet."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "stand-in")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "certificate.pem"
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def secure(certificate: Path) -> Iterator[StandIn]:
    """A stand-in that speaks HTTPS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    ssl_context.cache_clear()
    with StandIn(tls=context) as running:
        yield running
    ssl_context.cache_clear()


@pytest.mark.parametrize(("provider", "path"), PROVIDERS)
def test_over_tls_it_is_as_patient(
    secure: StandIn,
    certificate: Path,
    provider: ModelProvider,
    path: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It looks up several times in the middle of a reply, and the reply comes whole for all that."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    monkeypatch.setattr("reviews.providers.line.LOOK_UP_SECONDS", 0.05)
    asked = question(access=Access(secure.url + path, TEST_KEY), seconds=60)
    secure.answers = [Answer(text="é" * 50_000, delay=0.2, lasts=0.2), Answer(fault=Fault.SILENT)]
    assert provider.ask(asked, Listener()).text == "é" * 50_000
    with pytest.raises(GivenUp):
        provider.ask(asked, Listener(given_up=lambda: len(secure.asked) == 2))


def test_a_certificate_that_is_not_trusted_is_said_plainly(
    secure: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    with pytest.raises(ProviderError, match="certificate is not trusted") as caught:
        OpenAI({}).ask(question(access=Access(secure.openai_url, TEST_KEY)), Listener())
    assert (caught.value.trouble, caught.value.again) == (Trouble.UNREACHABLE, False)
    assert secure.seen == []


def test_the_proxy_of_the_environment_is_used(
    server: StandIn, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    """Many campuses have no other way out; the SDKs by themselves would use it, too."""
    settings.PAID_MODELS = True
    monkeypatch.setenv("HTTP_PROXY", server.url)
    monkeypatch.setattr("reviews.providers.line.LOOK_UP_SECONDS", 0.1)
    asked = question(access=Access("http://llm.campus.example/v1", TEST_KEY))
    assert Compatible({}).ask(asked, Listener()).text == NOTHING_FOUND
    assert server.asked[0].path == "http://llm.campus.example/v1/chat/completions"
    server.answers = Answer(fault=Fault.NEVER)
    with pytest.raises(GivenUp):
        Compatible({}).ask(asked, Listener(given_up=lambda: len(server.asked) == 2))
