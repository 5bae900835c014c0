"""The recorded reviewer: replays a stored report for a known snapshot, and says that it does."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import Any

from reviews.claims import Claim, DefectType, Place, Severity, Stance, Verdict, Vote
from reviews.models import Recording
from reviews.providers.base import ProviderError, Report, Request, Trouble


class Recorded:
    """Answers from `Recording` rows. `options["pace"]` scales how long an answer takes (0: at once)."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        self.pace = float(options.get("pace", 1.0))

    def suits(self, paths: Iterable[str]) -> bool:
        """A model reads whatever there is."""
        return any(True for _ in paths)

    def review(self, request: Request) -> Report:
        """The recording of just this call.

        Raises ProviderError(NOT_FOR_THIS) where this code was never recorded: a recorded reviewer
        that has not seen the code could not review it.
        """
        recording = Recording.objects.filter(
            sha256=request.sha256,
            protocol=request.protocol,
            model=request.model,
            role=request.role,
            round=request.round,
        ).first()
        if recording is None:
            raise ProviderError(
                Trouble.NOT_FOR_THIS,
                f"{request.model} is a recording here, and it was not recorded on this code. "
                "Hand in the assignment's own files unchanged to hear it.",
            )
        time.sleep(min(recording.seconds * self.pace, request.limits.seconds))
        report = recording.report
        return Report(
            findings=tuple(finding(item) for item in report["findings"][: request.limits.findings]),
            paths=tuple(report["paths"]),
            reviewer=f"{request.model}, recorded",
            summary=report["summary"],
            recorded=True,
            votes=tuple(vote(item) for item in report.get("votes", [])),
            verdict=Verdict(report["verdict"]) if report.get("verdict") else None,
            text=report.get("text", ""),
        )


def finding(item: Mapping[str, Any]) -> Claim:
    """One finding of a recording as a claim."""
    place = None
    if item.get("first_line"):
        place = Place(item["path"], item["first_line"], item.get("last_line") or item["first_line"])
    return Claim(
        title=item["title"],
        explanation=item.get("explanation", ""),
        severity=Severity(item["severity"]),
        path=item.get("path") or "",
        place=place,
        quote=item.get("quote") or "",
        odc_type=DefectType(item["odc_type"]) if item.get("odc_type") else None,
        cwe=item.get("cwe"),
        confidence=item.get("confidence"),
        suggested_fix=item.get("suggested_fix") or "",
        elsewhere=tuple(Place(*place) for place in item.get("elsewhere", [])),
        combines=tuple(item.get("combines", [])),
    )


def vote(item: Mapping[str, Any]) -> Vote:
    """One vote of a recording; whether its quotation stands in the code is checked when it is stored."""
    return Vote(
        ref=item["ref"],
        stance=Stance(item["stance"]),
        reason=item.get("reason", ""),
        quote=item.get("quote", ""),
        path=item.get("path", ""),
        severity=Severity(item["severity"]) if item.get("severity") else None,
    )
