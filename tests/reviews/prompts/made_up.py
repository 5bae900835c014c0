"""Made-up secrets of the shapes that real ones have.

They are put together here, so that no scanner of this repository takes one for a real secret.
"""

from __future__ import annotations

import base64
import random
import string

LETTERS = string.ascii_letters + string.digits
HEX = "0123456789abcdef"


def drawn(length: int, alphabet: str = LETTERS, seed: int = 7) -> str:
    """So many letters by lot; the same ones for the same arguments."""
    return "".join(random.Random(f"{seed} {length} {alphabet}").choices(alphabet, k=length))


def private_key(lines: int = 6, seed: int = 7) -> list[str]:
    """The body of a PEM file, the last line short."""
    return [*(drawn(64, LETTERS + "+/", seed + n) for n in range(lines)), "Qg=="]


def web_token() -> str:
    """A JSON web token that says who it is for."""
    parts = (b'{"alg":"HS256","typ":"JWT"}', b'{"sub":"1234567890","name":"x"}')
    return ".".join([*(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts), drawn(43)])


TOKENS = {
    "Anthropic key": "sk-ant-" + "api03-" + drawn(80, LETTERS + "_-"),
    "OpenAI key": "sk-" + "proj-" + drawn(60, LETTERS + "_-"),
    "OpenAI key of old": "sk-" + drawn(20) + "T3Blbk" + "FJ" + drawn(20),
    "API key": "sk-" + drawn(32, HEX),
    "GitHub token": "ghp" + "_" + drawn(36),
    "GitHub fine-grained token": "github" + "_pat_" + drawn(22) + "_" + drawn(59),
    "GitLab token": "glpat" + "-" + drawn(20),
    "AWS access key": "AK" + "IA" + drawn(16, string.ascii_uppercase + "234567"),
    "Slack token": "xoxb" + "-123456789012-1234567890123-" + drawn(24),
    "Slack webhook": "https://hooks." + "slack.com/services/T" + drawn(8) + "/B" + drawn(8) + "/" + drawn(24),
    "Google API key": "AI" + "za" + drawn(35),
    "Stripe key": "sk" + "_live_" + drawn(24),
    "npm token": "npm" + "_" + drawn(36),
    "PyPI token": "pypi" + "-AgEIcHlwaS5vcmc" + drawn(80),
    "SendGrid key": "SG" + "." + drawn(22) + "." + drawn(43),
    "Discord token": "M" + drawn(23) + "." + drawn(6) + "." + drawn(27),
    "Telegram token": "123456789:" + drawn(35),
    "Mailchimp key": drawn(32, HEX) + "-us12",
    "Twilio key": "SK" + drawn(32, HEX),
    "Hugging Face token": "hf" + "_" + drawn(34),
    "JSON web token": web_token(),
    "password hash": "$2b" + "$12$" + drawn(53),
    "random-looking text": drawn(32, HEX),
}
