"""Made-up facts: a snapshot with its witnesses and defects, for property tests and for small classes."""

from __future__ import annotations

from itertools import count

from hypothesis import strategies as st

from reviews.gap.facts import DefectFact, Facts, WitnessFact

STUDENT = WitnessFact("S", "S", "The student")
LINTERS = WitnessFact("L", "L", "Linters: ruff")
TESTS = WitnessFact("T", "T", "The code's own green tests")
SELF = tuple(
    WitnessFact(f"A{n}", "A", "Self-review: Claude", "anthropic", "claude", "self_review", 1, 20_000, 1)
    for n in (1, 2, 3, 4)
)
STRANGER = WitnessFact("X1", "X", "Cross-model review: GPT", "openai", "gpt", "cross_model", 2, 50_000, 1)
GEMINI = WitnessFact("X2", "X", "Cross-model review: Gemini", "google", "gemini", "cross_model", 2, 40_000, 1)
PANEL = WitnessFact("C", "C", "Consensus: all", "anthropic+openai", "claude+gpt", "consensus", 4, None, 9)
WITNESSES = (STUDENT, LINTERS, TESTS, *SELF, STRANGER, GEMINI, PANEL)

numbers = count(1)


def defect(
    *seen: str,
    by: tuple[WitnessFact, ...] = (STUDENT, *SELF, STRANGER),
    valid: bool | None = True,
    odc_type: str = "checking",
    severity: str = "major",
    not_asked: tuple[str, ...] = (),
) -> DefectFact:
    """A defect that these sigla saw; all others of `by` were asked about it, but for `not_asked`."""
    number = next(numbers)
    return DefectFact(
        pk=number,
        number=number,
        title=f"Defect {number}",
        severity=severity,
        odc_type=odc_type,
        valid=valid,
        seen=seen,
        asked=tuple(one.siglum for one in by if one.siglum not in not_asked),
        notes=int("S" in seen),
    )


def facts(
    *defects: DefectFact,
    by: tuple[WitnessFact, ...] = (STUDENT, *SELF, STRANGER),
    green: bool = False,
    stated: tuple[tuple[float, bool], ...] = (),
    snapshot: int = 1,
) -> Facts:
    """A snapshot with these defects."""
    return Facts(snapshot, green, by, defects, stated)


@st.composite
def made_up(draw: st.DrawFn) -> Facts:
    """Any facts: some of the witnesses, some of them unable, who were asked about some defects."""
    present = draw(st.lists(st.sampled_from(WITNESSES), unique=True, max_size=len(WITNESSES)))
    sigla = [one.siglum for one in present]
    defects = []
    for number in range(1, draw(st.integers(0, 6)) + 1):
        asked = draw(st.lists(st.sampled_from(sigla), unique=True)) if sigla else []
        seen = [siglum for siglum in asked if siglum != "T" and draw(st.booleans())]
        defects.append(
            DefectFact(
                pk=next(numbers),
                number=number,
                title=f"Defect {number}",
                severity=draw(st.sampled_from(["critical", "major", "minor", "info"])),
                odc_type=draw(st.sampled_from(["", "timing", "checking"])),
                valid=draw(st.sampled_from([True, True, False, None])),
                seen=tuple(seen),
                asked=tuple(asked),
                notes=draw(st.integers(1, 3)) if "S" in seen else 0,
            )
        )
    stated = draw(st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=4))
    return Facts(draw(st.integers(1, 99)), draw(st.booleans()), tuple(present), tuple(defects), tuple(stated))
