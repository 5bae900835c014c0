"""The algebra of a panel: what can and what cannot change what comes of a finding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from reviews.claims import Claim, Place, Severity, Stance, Vote
from reviews.protocols.base import Returned, Turn
from reviews.protocols.exhibits import numbered
from reviews.protocols.panel import Fate, Standing, standings
from tests.reviews.protocols.stage import GPT, answered, unable

Id = tuple[int, int, int]
"""A finding, whoever renumbers it: round, chair, and its place in that reply."""

CHAIRS = (1, 2, 3, 4)
HEIGHTS = [Fate.DISMISSED, Fate.SINGLE, Fate.CONFIRMED, Fate.INTEGRATION]


@dataclass(frozen=True)
class Said:
    """One reply of a talk: findings with the ids that each combines, votes with the id that each is about."""

    findings: tuple[tuple[Claim, tuple[Id, ...]], ...] = ()
    votes: tuple[tuple[Id, Vote], ...] = ()


Talk = Mapping[tuple[int, int], Said]
"""Who said what, by round and chair. Who is not in it could not answer."""


# --- Any talk at all ------------------------------------------------------------------------------
IDS = st.tuples(st.integers(1, 3), st.sampled_from(CHAIRS), st.integers(0, 2))
SUBJECTS = [
    "query name quote injection string",
    "query name quote escaped input",
    "stock race buyer transaction lost",
    "stock race buyer overwritten lost",
    "header version reader disagree build",
]
CLAIMS = st.builds(
    lambda words, line, cwe, severity, far: Claim(
        words,
        path="shop.py",
        place=Place("shop.py", line, line + 1) if line else None,
        cwe=cwe,
        severity=severity,
        elsewhere=(Place("b.py", 9, 9),) if far else (),
    ),
    words=st.sampled_from(SUBJECTS),
    line=st.integers(0, 6),
    cwe=st.sampled_from([None, 89, 362]),
    severity=st.sampled_from(list(Severity)),
    far=st.sampled_from([False, False, False, True]),
)
VOTES = st.builds(
    Vote,
    ref=st.just(""),
    stance=st.sampled_from(list(Stance)),
    reason=st.sampled_from(["", " ", "because", "for another reason"]),
    quote=st.sampled_from(["", "x = 1"]),
    severity=st.none() | st.sampled_from(list(Severity)),
    grounded=st.booleans(),
)
SAID = st.builds(
    Said,
    findings=st.lists(st.tuples(CLAIMS, st.lists(IDS, max_size=3).map(tuple)), max_size=3).map(tuple),
    votes=st.lists(st.tuples(IDS, VOTES), max_size=5).map(tuple),
)


@st.composite
def talks(draw: st.DrawFn, chairs: Sequence[int] = CHAIRS) -> Talk:
    """Up to three rounds; whoever could not answer is gone from the table."""
    talk: dict[tuple[int, int], Said] = {}
    left = list(chairs)
    for number in range(1, draw(st.integers(1, 3)) + 1):
        left = [chair for chair in left if draw(st.sampled_from([True, True, True, False]))]
        talk |= {(number, chair): draw(SAID) for chair in left}
    return talk


@st.composite
def disputes(draw: st.DrawFn) -> Talk:
    """One finding, and a word of everybody about it: what a whole talk seldom comes to by chance."""
    maker = draw(st.sampled_from(CHAIRS))
    made = Said(findings=((draw(CLAIMS), ()),))
    opened = {(1, chair): made if chair == maker else Said() for chair in CHAIRS}
    return opened | {(2, chair): Said(votes=(((1, maker, 0), draw(VOTES)),)) for chair in CHAIRS}


def returned_of(talk: Talk, seating: Mapping[int, int] | None = None) -> tuple[list[Returned], dict[Id, str]]:
    """The talk as passes, every chair at the position that `seating` gives it; and the reference of each id.

    What is said of a finding that is never made has a reference that is none.
    """
    seating = seating or {chair: chair for chair in CHAIRS}
    order = sorted(talk, key=lambda key: (key[0], seating[key[1]]))
    ids = [(*key, index) for key in order for index in range(len(talk[key].findings))]
    refs: dict[Id, str] = {made: f"F{number}" for number, made in enumerate(ids, 1)}
    passes = []
    for number, chair in order:
        said = talk[number, chair]
        turn = Turn(GPT, number, seating[chair], "C")
        findings = [
            replace(claim, combines=tuple(refs.get(part, "F99") for part in parts))
            for claim, parts in said.findings
        ]
        votes = [replace(vote, ref=refs.get(about, "F99")) for about, vote in said.votes]
        passes.append(answered(turn, findings, votes))
    return passes, refs


def fates(found: Sequence[Standing]) -> dict[str, Fate]:
    return {entry.ref: standing.fate for standing in found for entry in standing.entries}


def fates_by_id(talk: Talk, seating: Mapping[int, int] | None = None) -> dict[Id, Fate]:
    passes, refs = returned_of(talk, seating)
    by_ref = fates(standings(passes))
    return {made: by_ref[ref] for made, ref in refs.items()}


# --- What always holds ----------------------------------------------------------------------------
@given(talk=talks())
def test_every_finding_stands_in_one_group_and_nothing_is_lost(talk: Talk) -> None:
    passes, _ = returned_of(talk)
    refs = [entry.ref for standing in standings(passes) for entry in standing.entries]
    assert sorted(refs) == sorted(numbered(passes))


@given(talk=talks() | disputes())
def test_nothing_is_dismissed_without_evidence_or_its_makers_own_word(talk: Talk) -> None:
    passes, _ = returned_of(talk)
    for standing in standings(passes):
        if standing.fate is Fate.DISMISSED:
            makers = {entry.position for entry in standing.entries}
            against = {voice.position: voice.against for voice in standing.voices if voice.against}
            assert all(vote.reason.strip() for vote in against.values())
            proved = any(
                vote.stance is Stance.REFUTE and vote.grounded and vote.quote for vote in against.values()
            )
            assert proved or makers <= set(against)


@given(talk=talks())
def test_nothing_is_dismissed_for_being_alone(talk: Talk) -> None:
    """Take all that was said against findings away: none is dismissed, however few stand for it."""
    kind = {
        key: Said(said.findings, tuple(item for item in said.votes if item[1].stance is Stance.CONFIRM))
        for key, said in talk.items()
    }
    assert Fate.DISMISSED not in fates_by_id(kind).values()


@given(talk=talks(), order=st.permutations(CHAIRS))
def test_it_does_not_matter_who_sits_where(talk: Talk, order: Sequence[int]) -> None:
    seating = dict(zip(CHAIRS, order, strict=True))
    assert fates_by_id(talk, seating) == fates_by_id(talk)
    passes, refs = returned_of(talk)
    others, other_refs = returned_of(talk, seating)
    groups = {frozenset(entry.ref for entry in standing.entries) for standing in standings(passes)}
    renamed = {refs[made]: other_refs[made] for made in refs}
    assert {frozenset(renamed[ref] for ref in group) for group in groups} == {
        frozenset(entry.ref for entry in standing.entries) for standing in standings(others)
    }


@given(talk=talks(chairs=(1, 2, 4)), rounds=st.sets(st.integers(1, 3), min_size=1))
def test_who_could_not_answer_changes_nothing(talk: Talk, rounds: set[int]) -> None:
    passes, _ = returned_of(talk)
    failed = [unable(Turn(GPT, number, 3, "C")) for number in sorted(rounds)]
    assert standings([*passes, *failed]) == standings(passes)


@given(talk=talks(), about=IDS, severity=st.none() | st.sampled_from(list(Severity)), data=st.data())
def test_one_more_confirmation_never_lowers_anything(
    talk: Talk, about: Id, severity: Severity | None, data: st.DataObject
) -> None:
    spoken = [key for key in talk if key[0] > 1]
    if not spoken:
        return
    key = data.draw(st.sampled_from(sorted(spoken)))
    yes = Vote("", Stance.CONFIRM, "I see it, too.", severity=severity)
    more = {**talk, key: replace(talk[key], votes=(*talk[key].votes, (about, yes)))}
    before, after = fates_by_id(talk), fates_by_id(more)
    assert all(HEIGHTS.index(after[made]) >= HEIGHTS.index(before[made]) for made in before)


@given(talk=talks(), vote=VOTES, about=IDS)
def test_a_vote_on_what_was_not_on_the_table_says_nothing(talk: Talk, vote: Vote, about: Id) -> None:
    """Neither an unknown reference nor one that a finding of the same round came to have."""
    for key, said in talk.items():
        if about[0] >= key[0] or about not in returned_of(talk)[1]:
            more = {**talk, key: replace(said, votes=(*said.votes, (about, vote)))}
            assert standings(returned_of(more)[0]) == standings(returned_of(talk)[0])


@given(talk=talks())
def test_to_refute_without_evidence_is_no_more_than_to_take_ones_own_word_back(talk: Talk) -> None:
    def with_all_against(stance: Stance) -> list[tuple[Fate, list[int]]]:
        changed = {
            key: replace(said, votes=tuple((about, _against(vote, stance)) for about, vote in said.votes))
            for key, said in talk.items()
        }
        found = standings(returned_of(changed)[0])
        assert not any(standing.refuters for standing in found)
        return [(item.fate, [voice.position for voice in item.supporters]) for item in found]

    assert with_all_against(Stance.REFUTE) == with_all_against(Stance.WITHDRAW)


def _against(vote: Vote, stance: Stance) -> Vote:
    return vote if vote.stance is Stance.CONFIRM else replace(vote, stance=stance, grounded=False)


@given(talk=talks())
def test_what_stands_after_a_round_does_not_change_its_names_later(talk: Talk) -> None:
    passes, _ = returned_of(talk)
    for held in (1, 2):
        before = standings([item for item in passes if item.turn.round <= held])
        after = standings(passes)
        first = [standing.entries[0].ref for standing in before]
        assert first == [standing.entries[0].ref for standing in after][: len(first)]


# --- Which findings are one -----------------------------------------------------------------------
def lost_update(line: int, **fields: object) -> Claim:
    claim = Claim("A lost update", "Two writers, one stock, no transaction.", path="shop.py")
    return replace(claim, place=Place("shop.py", line, line), **fields)  # type: ignore[arg-type]


def groups(talk: Talk, seating: Mapping[int, int] | None = None) -> list[list[int]]:
    """The first lines of the findings of each group."""
    found = standings(returned_of(talk, seating)[0])
    lines = [[item.claim.place.first_line for item in one.entries if item.claim.place] for one in found]
    return sorted(sorted(one) for one in lines)


def alone(*claims: Claim) -> Said:
    return Said(tuple((claim, ()) for claim in claims))


def test_a_chain_of_neighbours_is_not_one_finding() -> None:
    """10 is like 12 and 12 like 14, but 10 and 14 lie apart; and who sits where does not decide it."""
    talk = {(1, 1): alone(lost_update(10)), (1, 2): alone(lost_update(12)), (1, 3): alone(lost_update(14))}
    for order in permutations(CHAIRS):
        assert groups(talk, dict(zip(CHAIRS, order, strict=True))) == [[10, 12], [14]]


def test_what_one_reply_names_twice_are_two_things() -> None:
    assert groups({(1, 1): alone(lost_update(10), lost_update(11))}) == [[10], [11]]
    talk = {(1, 1): alone(lost_update(10), lost_update(11)), (1, 2): alone(lost_update(10))}
    assert groups(talk) == [[10, 10], [11]]


def test_a_later_finding_joins_one_group_and_never_brings_two_together() -> None:
    talk = {
        (1, 1): alone(lost_update(10)),
        (1, 2): alone(lost_update(14)),
        (2, 3): alone(lost_update(12)),
    }
    assert groups(talk) == [[10, 12], [14]]


def test_what_combines_findings_is_none_of_them() -> None:
    talk = {
        (1, 1): alone(lost_update(10)),
        (1, 2): alone(lost_update(30)),
        (2, 3): Said(((lost_update(10), ((1, 1, 0), (1, 2, 0))),)),
        (2, 4): Said(((lost_update(11), ((1, 2, 0), (1, 1, 0))),)),
    }
    assert groups(talk) == [[10], [10, 11], [30]]


def test_what_a_broken_reply_left_behind_is_nobodys_and_no_doubt_dismisses_it() -> None:
    """The engine stores no findings of one that could not answer; if it did, nobody would stand for them."""
    broken = replace(unable(Turn(GPT, 1, 1, "C")), findings=(lost_update(10),))
    doubt = Vote("F1", Stance.REFUTE, "I doubt it.")
    doubting = answered(Turn(GPT, 2, 2, "C"), votes=[doubt])
    for passes in ([broken], [broken, answered(Turn(GPT, 1, 2, "C")), doubting]):
        (found,) = standings(passes)
        assert (found.supporters, found.fate) == ((), Fate.SINGLE)
