"""How reviewers are put to work. A new protocol is one new file and one line here."""

from reviews.protocols.adversarial import ADVERSARIAL
from reviews.protocols.back_and_forth import BACK_AND_FORTH
from reviews.protocols.base import Protocol
from reviews.protocols.consensus import CONSENSUS
from reviews.protocols.cross_model import CROSS_MODEL
from reviews.protocols.imported import IMPORTED
from reviews.protocols.judging import JUDGING
from reviews.protocols.linters import LINTERS
from reviews.protocols.plan_loop import PLAN_LOOP
from reviews.protocols.plan_reading import PLAN_READING
from reviews.protocols.rescue import RESCUE
from reviews.protocols.roles import ROLE_REVIEW
from reviews.protocols.self_review import SELF_REVIEW

PROTOCOLS: dict[str, Protocol] = {
    protocol.name: protocol
    for protocol in (
        LINTERS,
        SELF_REVIEW,
        CROSS_MODEL,
        ADVERSARIAL,
        ROLE_REVIEW,
        PLAN_LOOP,
        BACK_AND_FORTH,
        CONSENSUS,
        RESCUE,
        IMPORTED,
        JUDGING,
        PLAN_READING,
    )
}
