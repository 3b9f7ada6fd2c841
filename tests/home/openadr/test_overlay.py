"""Laying pieces of time over each other."""

from datetime import timedelta

from hypothesis import given, strategies as st

from custom_components.dalen.openadr.overlay import Piece, overlay

from .builders import at

MINUTE = timedelta(minutes=1)
PIECES = st.lists(
    st.builds(
        lambda start, length, rank: Piece(
            start=at("16:00") + start * MINUTE,
            end=None if length is None else at("16:00") + (start + length) * MINUTE,
            rank=(rank,),
            item="same",
        ),
        st.integers(0, 12),
        st.none() | st.integers(-1, 6),
        st.integers(0, 2),
    ),
    max_size=8,
)


@given(PIECES)
def test_at_every_minute_the_first_in_rank_shows(pieces: list[Piece[str]]) -> None:
    """The same as asking all pieces, minute by minute."""
    shown = overlay(pieces)
    for minute in range(25):
        time = at("16:00") + minute * MINUTE
        holding = [
            (piece.rank, -number)
            for number, piece in enumerate(pieces)
            if piece.start <= time and (piece.end is None or time < piece.end)
        ]
        found = [
            piece.rank
            for piece in shown
            if piece.start <= time and (piece.end is None or time < piece.end)
        ]
        assert found == ([min(holding)[0]] if holding else [])


def test_piece_below_a_better_one_does_not_divide_it() -> None:
    """What does not show makes no seam."""
    above = Piece(start=at("16:00"), end=at("18:00"), rank=(0,), item="above")
    below = Piece(start=at("16:30"), end=at("17:00"), rank=(1,), item="below")
    assert overlay([above, below]) == [above]
