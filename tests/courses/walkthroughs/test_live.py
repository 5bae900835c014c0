"""What real reviewers said, set into a story in the recording's place: matched, counted, told who."""

from __future__ import annotations

from dataclasses import replace

from courses.walkthroughs.live import STILL_READING, Live, Spoken, Voice, defects_of, with_live
from courses.walkthroughs.seen import end_of, hearings, sights
from courses.walkthroughs.steps import ReviewStep
from courses.walkthroughs.story import Story
from reviews.claims import Claim, Place, Severity
from tests import walked
from tests.stories import INJECTION, RACE

STORY = walked.story()
REWORDED = replace(INJECTION, title="The query is built from the name", severity=Severity.MAJOR)
ELSEWHERE = Claim("Prices are floats", path="prices.py", place=Place("prices.py", 2, 2))


def voice(siglum: str = "X1", **changed: str) -> Voice:
    return Voice(siglum, "GPT 6.2 Sol", "openai", **{"state": "answered", **changed})  # type: ignore[arg-type]


def live(*claims: Claim, step: str = "cross", siglum: str = "X1", **changed: object) -> Live:
    spoken = tuple(Spoken(siglum, claim) for claim in claims)
    return Live(step, (voice(siglum),), spoken, **{"reading": False, **changed})  # type: ignore[arg-type]


def review(story: Story, step: str = "cross") -> ReviewStep:
    found = story.step(step)
    assert isinstance(found, ReviewStep)
    return found


def test_a_live_finding_is_matched_to_the_defect_that_it_speaks_of() -> None:
    spoken = [Spoken("X1", claim) for claim in (ELSEWHERE, REWORDED, RACE)]
    assert defects_of(STORY, "v1", spoken) == (None, "injection", "race")
    assert defects_of(STORY, "v2", spoken) == (None, None, "race"), "in the second version one is mended"


def test_a_witness_names_a_defect_once_and_two_witnesses_each() -> None:
    twice = [Spoken("X1", INJECTION), Spoken("X1", REWORDED), Spoken("A1", REWORDED)]
    first, second, other = defects_of(STORY, "v1", twice)
    assert [first, second].count("injection") == 1
    assert other == "injection"


def test_beats_and_who_saw_what_follow_from_what_was_said_live() -> None:
    heard = with_live(STORY, live(RACE, ELSEWHERE))
    step = review(heard)
    assert [said.title for said in step.said] == [RACE.title, ELSEWHERE.title]
    assert step.beats == 4
    saw = sights(heard, hearings(heard, end_of(heard)))
    assert (saw["race"]["X1"], saw["injection"]["X1"]) == ("seen", "missed")
    recorded = sights(STORY, hearings(STORY, end_of(STORY)))
    assert recorded["injection"]["X1"] == "seen", "the recording is as it was"


def test_who_speaks_live_has_the_models_name_and_is_not_recorded() -> None:
    x1 = with_live(STORY, live(RACE)).witness("X1")
    assert (x1.name, x1.family, x1.recorded) == ("GPT 6.2 Sol", "openai", False)
    assert with_live(STORY, live(RACE)).witness("D1").recorded


def test_a_witness_that_is_heard_elsewhere_too_is_called_both() -> None:
    steps = walked.steps()
    steps[6] = {**steps[6], "witnesses": ["X1"]}
    story = walked.story(steps=steps)
    x1 = with_live(story, live(RACE)).witness("X1")
    assert (x1.name, x1.recorded) == ("GPT 5.4; live GPT 6.2 Sol", True)


def test_reading_is_no_silence_and_nothing_found_is_said() -> None:
    reading = review(with_live(STORY, live(reading=True)))
    assert (reading.unable, reading.ending) == (STILL_READING, "")
    done = review(with_live(STORY, live()))
    assert (done.unable, done.ending) == ("", "Nothing more to say.")
    assert done.beats == 2


def test_only_a_run_of_which_nothing_came_has_failed() -> None:
    assert live(unable="it timed out").failed
    assert not live(RACE, unable="the other one timed out").failed
    assert not live(unable="", reading=True).failed
    partly = with_live(STORY, live(RACE, unable="the other one timed out"))
    saw = sights(partly, hearings(partly, end_of(partly)))
    assert (saw["race"]["X1"], saw["injection"]["X1"]) == ("seen", "failed")
