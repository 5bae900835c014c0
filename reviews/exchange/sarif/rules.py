"""What a SARIF rule adds to its results: words, severity, CWE."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from reviews.claims import MOST_CWE, DefectType, Severity
from reviews.exchange.loose import at, mapping, objects, sequence, string, whole

LEVELS = {
    "error": Severity.MAJOR,
    "warning": Severity.MINOR,
    "note": Severity.INFO,
    "none": Severity.INFO,
}
# The bounds that GitHub's code scanning uses for `security-severity`, a CVSS score.
SCORES = ((9.0, Severity.CRITICAL), (7.0, Severity.MAJOR), (4.0, Severity.MINOR), (0.0, Severity.INFO))

_CWE = re.compile(r"\bcwe[-_:/ ]*0*(\d{1,4})\b", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"\{\{|\}\}|\{(\d{1,4})\}")
_LINK = re.compile(r"(?<!\\)\[((?:\\.|[^\[\]\\])*)\]\(([^()\s]{1,500})\)")
_ESCAPED = re.compile(r"\\([\[\]])")


class Rules:
    """The rules of one run, of its driver and of its extensions."""

    def __init__(self, run: Mapping[str, Any]) -> None:
        self._tool = mapping(run.get("tool"))
        self._taxonomies = run.get("taxonomies")
        self._overrides = [
            list(objects(invocation.get("ruleConfigurationOverrides")))
            for invocation in objects(run.get("invocations"))
        ]
        self._extensions = list(objects(self._tool.get("extensions")))
        self._driver = mapping(self._tool.get("driver"))
        self._by_id = {
            id(component): {string(rule.get("id"), 200): rule for rule in objects(component.get("rules"))}
            for component in (self._driver, *self._extensions)
        }

    def of(self, result: Mapping[str, Any]) -> tuple[str, Mapping[str, Any], Mapping[str, Any]]:
        """The id of a result's rule, its descriptor, and the component that holds it; empty if unknown."""
        reference = mapping(result.get("rule"))
        component = self._component(mapping(reference.get("toolComponent")))
        name = string(result.get("ruleId"), 200) or string(reference.get("id"), 200)
        index = reference.get("index", result.get("ruleIndex"))
        rule = at(component.get("rules"), index) or self._named(component, name)
        return name or string(rule.get("id"), 200), rule, component

    def message(self, result: Mapping[str, Any]) -> str:
        """What a result says, looked up by its id where that is all it gives, with its arguments put in."""
        message = mapping(result.get("message"))
        _, rule, component = self.of(result)
        text = string(message.get("text")) or string(message.get("markdown"))
        name = message.get("id")
        for strings in (rule.get("messageStrings"), component.get("globalMessageStrings")):
            if not text and isinstance(name, str):
                found = mapping(mapping(strings).get(name))
                text = string(found.get("text")) or string(found.get("markdown"))
        if arguments := sequence(message.get("arguments")):
            text = _filled(text, [string(argument, 2_000) for argument in arguments])
        return without_links(text)

    def level(self, result: Mapping[str, Any]) -> str:
        """A result's level: its own, its run's configuration, its rule's, else "warning"."""
        own = string(result.get("level"))
        if own not in LEVELS and result.get("kind", "fail") != "fail":
            return "none"
        name, rule, _ = self.of(result)
        configured = (self._configured(result, name), mapping(rule.get("defaultConfiguration")))
        levels = (own, *(string(item.get("level")) for item in configured))
        return next((level for level in levels if level in LEVELS), "warning")

    def severity(self, result: Mapping[str, Any]) -> Severity:
        """By our own word where the file is ours, by a security score if there is one, else by level."""
        own = mapping(result.get("properties"))
        if (word := string(own.get("severity"))) in set(Severity):
            return Severity(word)
        _, rule, _ = self.of(result)
        for properties in (own, mapping(rule.get("properties"))):
            if (score := _score(properties.get("security-severity"))) is not None:
                return next(severity for least, severity in SCORES if score >= least)
        return LEVELS[self.level(result)]

    def cwe(self, result: Mapping[str, Any]) -> int | None:
        """The CWE that a result or its rule names: by taxon, by relationship, by tag, or in words."""
        _, rule, _ = self.of(result)
        references = [
            *objects(result.get("taxa")),
            *(mapping(relation.get("target")) for relation in objects(rule.get("relationships"))),
        ]
        numbers = [self._taxon(reference) for reference in references]
        for properties in (mapping(result.get("properties")), mapping(rule.get("properties"))):
            numbers += [_cwe_in(text) for text in _texts(properties.get("cwe"))]
            numbers += [_cwe_in(text) for text in _texts(properties.get("tags"))]
        described = string(mapping(rule.get("fullDescription")).get("text"))
        named = {int(number) for number in _CWE.findall(described)}
        numbers += named if len(named) == 1 else []
        return next((number for number in numbers if number), None)

    def odc_type(self, result: Mapping[str, Any]) -> DefectType | None:
        """The defect type, which only our own files give."""
        kind = string(mapping(result.get("properties")).get("odcType"))
        return DefectType(kind) if kind in set(DefectType) else None

    def _component(self, reference: Mapping[str, Any]) -> Mapping[str, Any]:
        for key in ("name", "guid"):
            wanted = reference.get(key)
            named = [item for item in self._extensions if wanted and item.get(key) == wanted]
            if named:
                return named[0]
        return at(self._extensions, reference.get("index")) or self._driver

    def _named(self, component: Mapping[str, Any], name: str) -> Mapping[str, Any]:
        """The rule of that id, or of the id that a hierarchical one ("CA1000/1") begins with."""
        known = self._by_id[id(component)]
        return known.get(name) or known.get(name.rpartition("/")[0], {})

    def _configured(self, result: Mapping[str, Any], name: str) -> Mapping[str, Any]:
        index = whole(mapping(result.get("provenance")).get("invocationIndex")) or 0
        if not 0 <= index < len(self._overrides):
            return {}
        for override in self._overrides[index]:
            if name and mapping(override.get("descriptor")).get("id") == name:
                return mapping(override.get("configuration"))
        return {}

    def _taxon(self, reference: Mapping[str, Any]) -> int | None:
        """The CWE number that a reference to a taxon means, None for one of another taxonomy."""
        component = mapping(reference.get("toolComponent"))
        taxonomy = at(self._taxonomies, component.get("index"))
        name = string(component.get("name"), 200) or string(taxonomy.get("name"), 200)
        taxon = string(reference.get("id"), 200) or string(
            at(taxonomy.get("taxa"), reference.get("index")).get("id"), 200
        )
        if "cwe" not in name.lower():
            return _cwe_in(taxon)
        return _cwe_in(f"cwe-{taxon}") or _cwe_in(taxon)


def without_links(text: str) -> str:
    """Plain text with the links in it taken off: "[here](3)" points into the file that it came in."""

    def said(link: re.Match[str]) -> str:
        inside = link[2].isdigit() or link[2].startswith("sarif:")
        return link[1] if inside else f"{link[1]} ({link[2]})"

    return _ESCAPED.sub(r"\1", _LINK.sub(said, text))


def with_plain_brackets(text: str) -> str:
    """Text in which nothing is a link to a viewer: what a reviewer wrote must not become one."""
    return _LINK.sub(lambda link: f"\\[{link[1]}\\]({link[2]})", text)


def _filled(text: str, arguments: list[str]) -> str:
    """The text with its placeholders replaced; one without an argument stays."""

    def put(found: re.Match[str]) -> str:
        if found[1] is None:
            return found[0][0]
        return arguments[int(found[1])] if int(found[1]) < len(arguments) else found[0]

    return _PLACEHOLDER.sub(put, text)


def _score(value: Any) -> float | None:
    """A CVSS score from 0 to 10, which files give as text."""
    try:
        score = float(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else -1.0
    except (ValueError, OverflowError):
        return None
    return score if 0 <= score <= 10 else None


def _texts(value: Any) -> Iterator[str]:
    """The texts in a property that may be one or several."""
    values = [value] if isinstance(value, str) else sequence(value)
    return (string(item, 300) for item in values[:100])


def _cwe_in(text: str) -> int | None:
    found = _CWE.search(text)
    return int(found[1]) if found and 0 < int(found[1]) <= MOST_CWE else None
