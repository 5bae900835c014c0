"""How likely what is in the big course: all that was chosen, in one place, each by its name."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

ZONE = "Europe/Berlin"
TERM_BEGINS = datetime(2026, 1, 12, 9, tzinfo=ZoneInfo(ZONE))
"""A fixed day, so that a seed makes the same course on any day. An assignment begins every week."""

DAYS_OPEN = 10
NEWEST = 2
"""The last assignments, which staff have not finished with."""

# --- Who sees what --------------------------------------------------------------------------------
# A score decides whether a witness sees a flaw: its keenness, how easily the flaw is seen, and chance.
# Chance has a variance of 1, which is shared out: some flaws are hard for everybody, some for a family.
SHARED_BY_ALL = 0.15
SHARED_IN_FAMILY = 0.30
"""So much of the chance is the same for all passes of one family's models: why they repeat one another."""

BLIND_SPOTS = 0.5
"""Standard deviation of how well a family sees a kind of flaw, through the whole of an assignment."""

EASE = 0.7
"""Standard deviation of how easily the flaws of an assignment are seen, by anybody."""

FALSE_ALARM = 0.8
"""So much harder it is to raise a false alarm than to see a flaw."""

KEENNESS = {"S": 0.5, "A": 0.4, "X": 0.5, "D": 0.1, "C": -0.4}
AGAIN = -0.35
"""What each further pass of a self-review adds to its keenness: it finds less and less."""

SKILL = 0.6
"""Standard deviation of the students' keenness."""

LEARNING = 0.035
"""What every week adds to the students' keenness."""

CLAIMS_SPREAD = 4.0
"""Standard deviation of the number of claims of a submission."""

# --- How it is said -------------------------------------------------------------------------------
UNQUOTED, BESIDE, NO_LINE, NOT_THERE = 0.08, 0.08, 0.03, 0.06
"""Shares of claims without a quotation; some lines off; without a line; with a quotation that is made up."""

OTHER_SEVERITY = 0.3
NO_CONFIDENCE = 0.25
"""Students may say how sure they are; models must."""

SURE_OF_FLAW, SURE_OF_ALARM, SURENESS = 78, 62, 14
"""Mean confidences in per cent, and their standard deviation: sure, and not much less where they err."""

SPLIT_OFF = 0.06
"""Of the defects with three claims or more: one claim stands by itself, and staff call it a duplicate."""

CONFIRMS, REFUTES, WITHDRAWS = 0.6, 0.35, 0.04
"""In the panel's talk: others' findings, others' false alarms, one's own false alarms."""

DECLINES = 0.004
"""A pass of a model that could not review."""

# --- What staff did -------------------------------------------------------------------------------
FULLY_DECIDED, DECIDED = 0.92, 0.5
"""Submissions of which every defect is decided; of the others, and of the newest, so much of each."""

RENAMED = 0.08
TAKEN_OVER = 0.7
"""Verdicts that were taken over from another submission, where there was one."""

GRADED, ADJUSTED = 0.95, 0.06
WITH_KEY = 2
"""Every second assignment has an answer key."""
IN_KEY = 0.6
"""Of the flaws of such an assignment, so many are in it."""

# --- What was handed in ---------------------------------------------------------------------------
VARIANTS = (0.55, 0.2, 0.15, 0.1)
"""A file as it was; with a comment; with a flaw mended; with a comment and another flaw mended."""

HANDED_IN_TWICE = 0.15
GREEN = 0.75
FOUND_NOTHING_MORE = 0.03
LEAST_NOTES = 2

# --- Calls ----------------------------------------------------------------------------------------
CACHED = 0.7
"""Of the shared material, so many later calls read it from the provider's cache."""
SECONDS_A_CALL = (6.0, 40.0)
