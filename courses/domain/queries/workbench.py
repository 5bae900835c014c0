"""What the workbench says of the chosen defect: what is suggested and why, and whose word it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from courses.models import Submission
from reviews.gap.evidence import evidence_of
from reviews.gap.suggest import Opinion, Suggestion, suggest
from reviews.models import Defect, Snapshot


@dataclass(frozen=True, slots=True)
class Advice:
    """What the evidence suggests about a defect, and the refutation that a dismissal can rest on."""

    suggestion: Suggestion
    refutation: Opinion | None
    standing: str

    @property
    def headline(self) -> str:
        """The suggestion in a few words, as a heading."""
        wanted = self.suggestion.standing
        if not wanted:
            return "The evidence suggests nothing: read the code"
        return f"Suggested: {wanted}, on {self.suggestion.word} evidence"

    @property
    def open(self) -> bool:
        """Whether it waits to be accepted or not."""
        return self.standing == Defect.Standing.UNDECIDED

    @property
    def form(self) -> str:
        """The id of the form that accepts it; empty where there is nothing to accept.

        A dismissal goes through its own form, which holds the grounds, changed by hand or not.
        """
        if not self.open or (self.suggestion.standing == "invalid" and not self.grounds):
            return ""
        return {"valid": "decide", "invalid": "dismiss", None: ""}[self.suggestion.standing]

    @property
    def action(self) -> str:
        """What accepting it does."""
        return "Dismiss for this reason" if self.form == "dismiss" else "Accept as valid"

    @property
    def grounds(self) -> dict[str, str]:
        """What a suggested dismissal would say: the reason and the line of its best refutation."""
        if not self.open or self.suggestion.standing != "invalid" or not self.refutation:
            return {}
        lines = (line.strip() for line in self.refutation.quote.splitlines())
        return {"reason": self.refutation.reason, "evidence": next(filter(None, lines), "")}


@dataclass(frozen=True, slots=True)
class Word:
    """Whose word a standing is. `like` is the defect it was taken over from, `of` whose that is."""

    who: str
    at: datetime | None
    like: Defect | None = None
    of: Submission | None = None


def advise(snapshot: Snapshot, defect: Defect) -> Advice | None:
    """The suggestion for one defect; None for a duplicate, whose claims speak for its original."""
    evidence = evidence_of(snapshot).get(defect.pk)
    return Advice(suggest(evidence), evidence.refutation, defect.standing) if evidence else None


def word_on(defect: Defect) -> Word | None:
    """Whose word the standing of a defect is; None while nobody has decided. One query at most."""
    if defect.standing == Defect.Standing.UNDECIDED:
        return None
    if defect.decided_from == Defect.DecidedFrom.KEY:
        return Word("the answer key", defect.decided_at)
    by = defect.decided_by
    who = (by.get_full_name() or by.get_username()) if by else "somebody whose account is gone"
    if defect.decided_like_id is None:
        return Word(who, defect.decided_at)
    related = "snapshot__revision__submission__student__user"
    like = Defect.objects.select_related(related).get(pk=defect.decided_like_id)
    return Word(who, defect.decided_at, like, like.snapshot.revision.submission)
