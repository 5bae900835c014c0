"""Made-up claims for property tests."""

from __future__ import annotations

from hypothesis import strategies as st

from reviews.claims import Claim, Place

words = st.lists(
    st.sampled_from("sql query inject race stock lock float cents price token leak error".split()), max_size=6
).map(" ".join)
claims = st.builds(
    lambda title, explanation, path, line: Claim(
        title, explanation, path=path, place=Place(path, line, line + 2) if path and line else None
    ),
    words,
    words,
    st.sampled_from(["", "a.py", "b.py", "c.py"]),
    st.integers(0, 12),
)


def shuffled(said: list[Claim], random: st.DataObject) -> list[Claim]:
    """The claims in another order."""
    mixed = list(said)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    return mixed
