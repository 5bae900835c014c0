"""SARIF from other tools, read with care: no field is trusted to be there, or to be what it should."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from reviews.claims import Claim, bounded
from reviews.exchange.imported import Imported, NotReadable, Testimony, imported
from reviews.exchange.loose import at, loaded, mapping, objects, share, string
from reviews.exchange.sarif.places import Artifacts, further, place_in
from reviews.exchange.sarif.rules import Rules
from reviews.snapshots.characters import visible

MOST_RUNS = 100
TITLE_CHARACTERS = 200
QUOTED_LINES = 10
RULE_CHARACTERS = 2_000
"""Of what a rule says of itself: some bring a whole page."""

_SENTENCE = re.compile(r"(.+?[.!?])(?:\s+(?=[A-Z`“\"'(])|$)", re.DOTALL)
_UNHEARD = {
    "pass": "the tool says that the code passed",
    "notApplicable": "the tool says that its rule does not apply",
}


def is_sarif(value: Mapping[str, Any]) -> bool:
    """Whether a JSON object means to be SARIF, of whatever version."""
    return "runs" in value or "sarif" in string(value.get("$schema"), 500).lower()


def read(text: str) -> Imported:
    """The findings in a SARIF file, tool by tool. Raises NotReadable."""
    return understood(loaded(text), text)


def understood(value: Mapping[str, Any], text: str) -> Imported:
    """As `read`, of a text that was loaded already."""
    version = string(value.get("version"), 40)
    if version != "2.1.0":
        raise NotReadable(f"The file is SARIF {visible(version)}; only 2.1.0 is read. Tools can write it.")
    runs = list(objects(value.get("runs")))
    if not runs:
        raise NotReadable("The file holds no run of any tool. That is not the same as nothing found.")
    testimonies: dict[str, Testimony] = {}
    skipped: list[str] = []
    lost = 0
    for number, run in enumerate(runs[:MOST_RUNS], 1):
        if not isinstance(run.get("results"), list) and not _failure(run):
            skipped.append(f"Run {number} was left out: {_no_results(run)}.")
            continue
        heard = _Run(run, number)
        said = heard.testimony()
        skipped += heard.skipped
        lost += heard.lost
        before = testimonies.get(said.tool)
        testimonies[said.tool] = _joined(before, said) if before else said
    if len(runs) > MOST_RUNS:
        skipped.append(f"{len(runs) - MOST_RUNS:,} further runs were left out.")
    if not testimonies:
        raise NotReadable(f"The file holds no results. {' '.join(skipped[:3])}")
    return imported(list(testimonies.values()), text, skipped, lost=lost)


class _Run:
    """One run of one tool while it is read."""

    def __init__(self, run: Mapping[str, Any], number: int) -> None:
        self.run = run
        self.number = number
        self.rules = Rules(run)
        self.artifacts = Artifacts(run)
        self.skipped: list[str] = []
        self.lost = 0

    def testimony(self) -> Testimony:
        """What the run says."""
        driver = mapping(mapping(self.run.get("tool")).get("driver"))
        name = string(driver.get("name"), 90) or string(driver.get("fullName"), 90)
        claims = tuple(self._claims())
        cited = (claim.path for claim in claims if claim.path)
        return Testimony(
            tool=name or "a tool without a name",
            version=string(driver.get("semanticVersion"), 40) or string(driver.get("version"), 40),
            findings=claims,
            paths=tuple(dict.fromkeys((*self.artifacts.listed(), *cited))),
            roots=self.artifacts.roots,
            failure=_failure(self.run),
        )

    def _claims(self) -> Iterator[Claim]:
        for number, result in enumerate(objects(self.run.get("results")), 1):
            claim = self._claim(result)
            reason = _unheard(result)
            if not reason and not claim.title:
                reason = "it says nothing"
                self.lost += 1
            if reason:
                self.skipped.append(f"Result {number} of run {self.number} was left out: {reason}.")
            else:
                yield claim

    def _claim(self, result: Mapping[str, Any]) -> Claim:
        locations = list(objects(result.get("locations")))
        physical = mapping(locations[0].get("physicalLocation")) if locations else {}
        path = self.artifacts.path(
            mapping(physical.get("artifactLocation")) or mapping(result.get("analysisTarget"))
        )
        region = mapping(physical.get("region"))
        rule_id, rule, _ = self.rules.of(result)
        fix = _fix(result)
        title, explanation = _split(self.rules.message(result), _text(rule, "shortDescription"))
        own = mapping(result.get("properties"))
        return bounded(
            Claim(
                title=title,
                explanation=explanation.removesuffix(f"Fix: {fix}").strip() or _text(rule, "fullDescription"),
                severity=self.rules.severity(result),
                path=path,
                place=place_in(region, path),
                quote=_quote(own, region),
                odc_type=self.rules.odc_type(result),
                cwe=self.rules.cwe(result),
                confidence=share(own.get("confidence")),
                suggested_fix=fix,
                rule=rule_id[:100],
                elsewhere=further([*locations[1:], *objects(result.get("relatedLocations"))], self.artifacts),
            )
        )


def _unheard(result: Mapping[str, Any]) -> str:
    """Why a result is not a finding, in the tool's own judgement; nothing for one that is."""
    kind = result.get("kind")
    if isinstance(kind, str) and kind in _UNHEARD:
        return _UNHEARD[kind]
    if result.get("baselineState") == "absent":
        return "the tool says that it is gone since an earlier run"
    suppressions = list(objects(result.get("suppressions")))
    if suppressions and not any(item.get("status") in ("underReview", "rejected") for item in suppressions):
        why = next((string(item.get("justification"), 200) for item in suppressions), "")
        return f"it was suppressed where the tool ran{f' ({why})' if why else ''}"
    return ""


def _failure(run: Mapping[str, Any]) -> str:
    """What a tool says of its own run where that did not succeed; nothing where it did."""
    failed = [item for item in objects(run.get("invocations")) if item.get("executionSuccessful") is False]
    if not failed:
        return ""
    told = [
        string(mapping(notice.get("message")).get("text"), 300)
        for item in failed
        for key in ("toolExecutionNotifications", "toolConfigurationNotifications")
        for notice in objects(item.get(key))
        if notice.get("level") == "error"
    ]
    told += [string(item.get("exitCodeDescription"), 300) for item in failed]
    return "; ".join(list(filter(None, told))[:5]) or "it does not say why"


def _no_results(run: Mapping[str, Any]) -> str:
    outside = mapping(run.get("externalPropertyFileReferences")).get("results")
    return "its results are in another file" if outside else "it says nothing of what it found"


def _joined(one: Testimony, other: Testimony) -> Testimony:
    """Two runs of the same tool as one."""
    failures = dict.fromkeys(filter(None, (one.failure, other.failure)))
    return Testimony(
        tool=one.tool,
        version=one.version or other.version,
        findings=tuple(dict.fromkeys((*one.findings, *other.findings))),
        paths=tuple(dict.fromkeys((*one.paths, *other.paths))),
        roots=tuple(dict.fromkeys((*one.roots, *other.roots))),
        failure="; ".join(failures),
    )


def _split(message: str, fallback: str) -> tuple[str, str]:
    """A message as a title of one line and the rest: by its first line, then by its first sentence."""
    message = message or fallback
    title, _, rest = message.partition("\n")
    if len(title) > TITLE_CHARACTERS and (sentence := _SENTENCE.match(title)):
        rest, title = f"{title[sentence.end() :]}\n{rest}", sentence[1]
    if len(title) > TITLE_CHARACTERS:
        return f"{title[: TITLE_CHARACTERS - 1]}…", message
    return title.strip(), rest.strip()


def _text(rule: Mapping[str, Any], name: str) -> str:
    return string(mapping(rule.get(name)).get("text"), RULE_CHARACTERS)


def _fix(result: Mapping[str, Any]) -> str:
    described = string(mapping(at(result.get("fixes"), 0).get("description")).get("text"))
    return described or string(mapping(result.get("properties")).get("suggestedFix"))


def _quote(own: Mapping[str, Any], region: Mapping[str, Any]) -> str:
    """The code that a result shows, or its first lines."""
    shown = own.get("quote")
    if not isinstance(shown, str):
        shown = mapping(region.get("snippet")).get("text")
    if not isinstance(shown, str):
        return ""
    lines = [line for line in shown.replace("\r\n", "\n").split("\n") if line.strip()]
    return "\n".join(lines[:QUOTED_LINES])
