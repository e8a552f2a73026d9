"""The long form strikes each call once; the short one strikes some, and says so in its names."""

from prove.kills.scenes import IN_A_ROW, SAMPLED, SCENES, struck


def test_each_call_is_struck_once_until_there_is_none() -> None:
    calls: list[int] = []

    def strike(at: int) -> bool:
        calls.append(at)
        return at <= 5

    assert struck(strike, None) == 5
    assert calls == list(range(1, 5 + IN_A_ROW + 1))


def test_one_delivery_that_makes_fewer_calls_is_not_the_end() -> None:
    assert struck(lambda at: at <= 7 and at != 4, None) == 6


def test_a_sample_strikes_what_it_names() -> None:
    calls: list[int] = []
    assert struck(lambda at: not calls.append(at), range(1, 22, 7)) == 3
    assert calls == [1, 8, 15]


def test_what_is_a_sample_is_called_one() -> None:
    names = {play: name for name, play, *_ in SCENES if play in SAMPLED}
    assert set(names) == set(SAMPLED)
    for play, name in names.items():
        assert "ample" in SAMPLED[play] and "ample" not in name
