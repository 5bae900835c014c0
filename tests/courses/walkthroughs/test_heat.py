"""Which lines of the code show what a class marked."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from courses.walkthroughs.heat import by_line, chosen_lines
from courses.walkthroughs.sums import Given, heat
from reviews.claims import Place

FILES = {"db.js": 40, "server.js": 25}
places = st.builds(
    lambda path, first, more: Place(path, first, first + more),
    st.sampled_from([*FILES, "gone.js"]),
    st.integers(1, 50),
    st.integers(0, 9),
)


def test_what_a_witness_spoke_of_comes_first_then_the_peaks() -> None:
    room = [Given((Place("db.js", 10, 12),))] * 5 + [
        Given((Place("db.js", 11, 11), Place("server.js", 3, 3)))
    ]
    chosen = chosen_lines(FILES, heat(room), [Place("server.js", 20, 22)], 3)
    assert chosen == {"db.js": [11], "server.js": [3, 20]}


def test_where_there_is_room_the_neighbours_are_shown_as_well() -> None:
    chosen = chosen_lines(FILES, heat([Given((Place("server.js", 1, 1),))]), [], 10)
    assert chosen == {"server.js": [1, 2, 3, 4]}


@given(st.lists(st.lists(places, max_size=4), max_size=10), st.lists(places, max_size=4), st.integers(1, 30))
def test_never_more_than_asked_for_and_only_lines_that_are_there(
    marks: list[list[Place]], said: list[Place], most: int
) -> None:
    hot = heat([Given(tuple(one)) for one in marks])
    chosen = chosen_lines(FILES, hot, said, most)
    assert sum(map(len, chosen.values())) <= most
    for path, lines in chosen.items():
        assert lines == sorted(set(lines))
        assert 1 <= lines[0] <= lines[-1] <= FILES[path]
    everything = {
        (path, line): seats
        for path, length in FILES.items()
        for line, seats in by_line(hot.get(path, ()), length).items()
    }
    if everything and not any(place.path in FILES for place in said):
        hottest = max(everything.values())
        assert any(
            everything.get((path, line)) == hottest for path, lines in chosen.items() for line in lines
        )
