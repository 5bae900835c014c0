"""Made-up shares for the pictures."""

from __future__ import annotations

from hypothesis import strategies as st

from reviews.gap.measures import Share, proportion

some_shares: st.SearchStrategy[Share | None] = st.integers(0, 300).flatmap(
    lambda whole: st.builds(proportion, st.integers(0, whole), st.just(whole))
)
