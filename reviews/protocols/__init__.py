"""How reviewers are put to work. A new protocol is one new file and one line here."""

from reviews.protocols.adversarial import ADVERSARIAL
from reviews.protocols.base import Protocol
from reviews.protocols.cross_model import CROSS_MODEL
from reviews.protocols.linters import LINTERS
from reviews.protocols.self_review import SELF_REVIEW

PROTOCOLS: dict[str, Protocol] = {
    protocol.name: protocol for protocol in (LINTERS, SELF_REVIEW, CROSS_MODEL, ADVERSARIAL)
}
