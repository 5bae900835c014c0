"""What opens a door is found in code, and what only looks like it is left readable."""

from __future__ import annotations

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.prompts.credentials import secrets_in
from tests.reviews.prompts.made_up import HEX, LETTERS, TOKENS, drawn, private_key, web_token


def found(text: str, path: str = "src/app.py") -> list[str]:
    """The secret values in a text."""
    return [text[secret.start : secret.end] for secret in secrets_in(path, text)]


@pytest.mark.parametrize("name", [name for name in TOKENS if name != "random-looking text"])
@pytest.mark.parametrize("line", ['client = make("{}")', "# was: {}", "  - {}", "<a href='{}'>", "x={};"])
def test_tokens_of_known_shapes_are_found_whole_wherever_they_stand(name: str, line: str) -> None:
    assert found(line.format(TOKENS[name])) == [TOKENS[name]]


def test_what_is_merely_random_is_found_in_quotes() -> None:
    random = TOKENS["random-looking text"]
    assert found(f'connect("{random}")') == [random]
    assert found(f"connect({random})") == []
    assert found(f'"commit": "{random}"') == []
    assert found(f'"resolved": "{random}"', "package-lock.json") == []


@pytest.mark.parametrize("name", TOKENS)
def test_what_a_token_is_is_said(name: str) -> None:
    (secret,) = secrets_in("a.js", f'const x = "{TOKENS[name]}";')
    assert name.startswith(secret.kind.partition(" ")[0])


@pytest.mark.parametrize(
    ("line", "secret"),
    [
        ('PASSWORD = "hunter2"', "hunter2"),
        ("password = 'swordfish'", "swordfish"),
        ('db_password: str = "horSe9!"', "horSe9!"),
        ('{"password": "Tr0ub4dor&3"}', "Tr0ub4dor&3"),
        ('String passwd = "b3tterNot";', "b3tterNot"),
        ("$passwort = 'Geh3im!nis';", "Geh3im!nis"),
        ('if password == "letMe1nside":', "letMe1nside"),
        ('os.environ.setdefault("SECRET_KEY", "q8#kd!02mmz")', "q8#kd!02mmz"),
        ('client.login(password("q8#kd!02mmz"))', "q8#kd!02mmz"),
        ('app.config["SECRET_KEY"] = "q8#kd!02mmz"', "q8#kd!02mmz"),
        ('SECRET_KEY = "django-insecure-x7&k(2)^q"', "django-insecure-x7&k(2)^q"),
        (f'aws_secret_access_key = "{drawn(40, LETTERS + "/+")}"', drawn(40, LETTERS + "/+")),
        (f"const apiKey = `{drawn(24)}`;", drawn(24)),
        (f'headers = {{"Authorization": "Bearer {drawn(40)}"}}', drawn(40)),
        (f'"Authorization: Basic {drawn(28)}=="', drawn(28) + "=="),
        (f'curl "https://h/x?api_key={drawn(20)}&y=1"', drawn(20)),
        ("mysql --password hunter22 -u root", "hunter22"),
        ("export DB_PASSWORD=n0tForYou", "n0tForYou"),
        ('url = "postgres://app:Tr0ub4dor@db.example/prod"', "Tr0ub4dor"),
        ('url = "postgres://app:q9w/rd2x@db.example/prod"', "q9w/rd2x"),
        ('url = "postgres://app:q9@rd2x@db.example/prod"', "q9@rd2x"),
        (f"redis://:{drawn(20)}@cache:6379/0", drawn(20)),
        (f'"DefaultEndpointsProtocol=https;AccountKey={drawn(86)}==;"', drawn(86) + "=="),
        ('password = "it\\"s-4-secret"', 'it\\"s-4-secret'),
        ('secret = "kJhGfDsQwErTyUiOp"', "kJhGfDsQwErTyUiOp"),
    ],
)
def test_what_is_assigned_to_a_password_is_found(line: str, secret: str) -> None:
    assert found(line) == [secret]


@pytest.mark.parametrize(
    ("path", "line", "secret"),
    [
        (".env", "DB_PASSWORD=n0tForYou", "n0tForYou"),
        ("config/prod.env", "TOKEN=" + drawn(20), drawn(20)),
        ("app.yml", "  password: n0tForYou # real", "n0tForYou"),
        ("settings.ini", "secret = n0t4you", "n0t4you"),
        (".npmrc", "//r.example/:_authToken=" + drawn(20), drawn(20)),
        ("Dockerfile", "ENV API_KEY=" + drawn(20), drawn(20)),
        ("docker-compose.yaml", "      - MYSQL_PASSWORD=n0tForYou", "n0tForYou"),
    ],
)
def test_files_of_settings_need_no_quotes(path: str, line: str, secret: str) -> None:
    assert found(f"# {path}\n{line}\n", path) == [secret]


@pytest.mark.parametrize(
    "line",
    [
        'password = "changeme"',
        'password = "Passw0rd!"',
        'password = "password123"',
        'SECRET_KEY = "my-super-secret-key"',
        'API_KEY = "your-api-key-here"',
        'token = "xxxxxxxxxxxxxxxxxxxx"',
        'password = "********"',
        'password = "123456789"',
        'password = os.environ["DB_PASSWORD"]',
        "const password = process.env.DB_PASSWORD;",
        'password = "${DB_PASSWORD}"',
        'password: "{{ vault_password }}"',
        "PASSWORD=$OTHER_PASSWORD",
        'password = f"{user}-x1"',
        'errors["password"] = "Password must have 8 characters or more."',
        '{"password": "required"}',
        '<input type="password" name="password2">',
        'password_label = "Kennwort1!"',
        'token_url = "https://auth.example/oauth2/token"',
        'private_key_path = "/etc/ssl/key1.pem"',
        'secret_name = "prod/db-1"',
        'tokenizer = "cl100k_base_v2"',
        'max_tokens = "128000"',
        'PASSWORD_FIELD = "passwd1"',
        'PASSWORD_REGEX = r"^(?=.*[A-Z])(?=.*[0-9]).{8,}$"',
        'TOKEN = "API_TOKEN_2"',
        '"password.reset.title": "auth.password.reset"',
        'password_input = driver.find("#login-password1")',
        'url = "postgres://postgres:postgres@localhost/test"',
        'url = "postgres://user:password@localhost/test"',
        'url = f"postgres://{user}:{password}@{host}/db"',
        'url = "https://example.org:8000/@vite/client"',
        'sha256 = "' + drawn(64, HEX) + '"',
        '"integrity": "' + drawn(60) + '",',
        'ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"',
        '"id": "3f2504e0-4f89-41d3-9a0c-0305e82c3301"',
        "import { aVeryLongNameOfSomething2024WithFigures } from './x';",
        ".sk-fading-circle-with-a-long-name-indeed { color: red }",
        "rate_limits = {'change_password': '5/m/user,20/h/ip'}",
        "    ssh2_auth_password', 'ssh2_auth_pubkey_file',",
    ],
)
def test_what_nobody_could_use_stays_readable(line: str) -> None:
    assert found(line) == []


def test_a_private_key_is_found_line_by_line() -> None:
    body = private_key()
    text = "\n".join(
        [
            'KEY = """-----BEGIN RSA PRIVATE KEY-----',
            "Proc-Type: 4,ENCRYPTED",
            "",
            *body,
            '-----END RSA PRIVATE KEY-----"""',
            "x = 1",
        ]
    )
    secrets = secrets_in("key.py", text)
    assert [text[secret.start : secret.end] for secret in secrets] == body
    assert {secret.value for secret in secrets} == {"".join(body)}


def test_a_private_key_may_be_one_line_or_many_strings_or_cut_off() -> None:
    body = private_key(2)
    joined = "\\n".join(body)
    assert found(f'k = "-----BEGIN PRIVATE KEY-----\\n{joined}\\n-----END PRIVATE KEY-----\\n"') == [joined]
    strings = "\n".join(f'  "{line}\\n" +' for line in body)
    assert (
        found(f'k = "-----BEGIN EC PRIVATE KEY-----\\n" +\n{strings}\n  "-----END EC PRIVATE KEY-----"')
        == body
    )
    assert found("-----BEGIN OPENSSH PRIVATE KEY-----\n" + "\n".join(body[:2]) + "\nx = 1\n") == body[:2]
    assert found('if line == "-----BEGIN PRIVATE KEY-----":\n    read()\nelif x:\n    stop()\n') == []


def test_a_made_up_web_token_is_none() -> None:
    assert found(f'x = "{web_token()}"') == [web_token()]
    assert found('x = "eyJhbGciOi-not-json.eyJub3QtanNvbg.abc"') == []


def test_nothing_is_asked_over_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise AssertionError("somebody opens a connection")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert len(found("\n".join(f'x = "{token}"' for token in TOKENS.values()))) == len(TOKENS)


@given(
    st.lists(
        st.sampled_from(
            [
                *TOKENS.values(),
                'password = "',
                '"',
                "\n",
                "://a:",
                "@b",
                "Bearer ",
                "-----BEGIN PRIVATE KEY-----\n",
            ]
        )
        | st.text(),
        max_size=12,
    ).map("".join)
)
def test_secrets_never_overlap_and_never_cross_a_line(text: str) -> None:
    at = 0
    for secret in secrets_in("a.env", text):
        assert at <= secret.start < secret.end <= len(text)
        assert "\n" not in text[secret.start : secret.end]
        at = secret.end
