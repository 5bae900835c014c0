"""Answer keys that the tests tell of: Ruth knows what is wrong with the shop."""

from __future__ import annotations

from collections.abc import Sequence

from reviews.claims import Claim
from reviews.gap.defects import gather
from reviews.models import AnswerKey, AppliedKey, KeyClaim, KeyEntry, Snapshot


def key_applied(snapshot: Snapshot, known: Sequence[Claim]) -> list[KeyClaim]:
    """The snapshot is measured against a key of these entries, and its defects are gathered."""
    key = AnswerKey.objects.create()
    AppliedKey.objects.create(snapshot=snapshot, key=key)
    claims = []
    for number, claim in enumerate(known, 1):
        entry = KeyEntry(key=key, number=number)
        entry.take(claim)
        entry.save()
        said = KeyClaim(snapshot=snapshot, entry=entry)
        said.take(claim)
        said.save()
        claims.append(said)
    gather(snapshot)
    for said in claims:
        said.refresh_from_db()
    return claims
