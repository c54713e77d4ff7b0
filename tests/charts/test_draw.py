"""Small drawings, compared as text; every one of them was looked at."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mobius_tui.charts.canvas import BRAILLE as DOTS
from mobius_tui.charts.canvas import braille
from mobius_tui.charts.charset import ASCII, BRAILLE, Charset
from mobius_tui.charts.draw import draw
from mobius_tui.charts.ink import Ink, Line, Role
from mobius_tui.charts.limits import Window
from mobius_tui.charts.palette import COLOURS, mark
from mobius_tui.charts.picture import SUFFIXES, picture
from mobius_tui.charts.scale import Scale
from mobius_tui.charts.series import Points, Series
from mobius_tui.charts.traced import Traced
from mobius_tui.charts.view import ChartView, Mark, Reference


def line(mark: str, xs: list[float], ys: list[float], *seams: float) -> Series:
    points = Points()
    points.follow(xs, ys, seams)
    return Series(f"{mark}_acc", mark, ord(mark) - ord("a"), points)


STEPS = [float(i) for i in range(10)]
RAMPS = ChartView((line("a", [0, 10], [0, 1]), line("b", [0, 10], [1, 0])))
GROK = ChartView(
    (
        line("a", [10, 20, 40, 80, 100, 140, 200, 3000], [0.01, 0.1, 0.3, 0.7, 0.9, 1, 1, 1]),
        line("b", [10, 100, 140, 200, 240, 300, 405, 3000], [0, 0, 0.02, 0.1, 0.21, 0.6, 0.99, 1]),
    ),
    marks=(Mark(140, "m"), Mark(405, "g")),
    x=Scale.LOG,
    y_home=Window(0, 1),
    cursor=240,
)
SPIKE = ChartView((line("a", [*map(float, range(1000))], [0.2] * 700 + [0.9] + [0.2] * 299),))
LOSS = ChartView(
    (line("c", [*map(float, range(1, 101))], [10 * 0.9**i for i in range(100)]),),
    y=Scale.LOG,
    references=(Reference(0.1, "oracle", oracle=True), Reference(2, "chance")),
    shown="oracle",
)
RESUMED = ChartView((line("a", STEPS, [x / 9 for x in STEPS], 4.0),))
LONE = ChartView((line("b", [5], [0.5]),))
HATS = ChartView((line("a", [*map(float, range(60))], [0.5, *[0.1, 0.9] * 29, 0.5]),))


def text(view: ChartView, width: int, height: int, charset: Charset = BRAILLE) -> str:
    lines = ["".join(piece.text for piece in line) for line in draw(view, width, height, charset)]
    assert {len(line) for line in lines} == {width}
    return "\n".join(line.rstrip() for line in lines)


DRAWINGS = {
    "ramps": (RAMPS, 30, 6, BRAILLE),
    "grok": (GROK, 46, 9, BRAILLE),
    "grok in per cent": (replace(GROK, percent=True, cursor=None), 46, 6, BRAILLE),
    "grok in ASCII": (GROK, 46, 9, ASCII),
    "grok without colour": (replace(GROK, letters=True, cursor=None), 46, 9, BRAILLE),
    "one point in a thousand": (SPIKE, 40, 7, BRAILLE),
    "loss, log y": (LOSS, 40, 8, BRAILLE),
    "loss, zoomed, log log": (
        replace(LOSS, x=Scale.LOG, x_window=Window(5, 50), shown="all"),
        40,
        8,
        BRAILLE,
    ),
    "resumed": (RESUMED, 30, 6, BRAILLE),
    "lone point": (LONE, 30, 6, BRAILLE),
    "nothing": (ChartView(), 30, 5, BRAILLE),
    "smoothed": (replace(HATS, smoothing=0.9), 40, 7, BRAILLE),
}

EXPECTED = {
    "ramps": """
    1┤⠉⠒⠤⢄⡀              ⢀⡠⠤⠒⠉
     │    ⠈⠉⠒⠤⢄⡀    ⢀⡠⠤⠒⠉⠁
     │         ⢈⣉⠶⠶⣉⡁
     │    ⢀⣀⠤⠒⠊⠁    ⠈⠑⠒⠤⣀⡀
    0┤⣀⠤⠒⠊⠁              ⠈⠑⠒⠤⣀
     └0           5         10
""",
    "grok": """
  1.0┤                ⡠⠔⠉⠉⠉⠉⠉⠉⠉⡝⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉
     │               ⡜  ┊   ┊ ⢠⠃
     │             ⢀⠜   ┊   ┊⢀⠎┊
   .5┤            ⡠⠊    ┊   ┊⡸ ┊
     │          ⢀⠔⠁     ┊   ⢀⠇ ┊
     │        ⢀⠤⠃       ┊   ⡸  ┊
     │     ⢀⠤⠊⠁         ┊  ⡰⠁  ┊
    0┤⣠⣤⣔⣒⣉⣁⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀m⠔⠊ │  g
     └10              100             1000
""",
    "grok in per cent": """
  100┤               ⢀⠔⠒⠉⠉⠉⠉⠉⠉⢉⠏⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉
     │             ⢀⠴⠁  ┊    ⢀⠎┊
     │           ⡠⠔⠁    ┊    ⡎ ┊
     │       ⣀⡠⠔⠊       ┊   ⡜  ┊
    0┤⣀⣤⣤⣤⣒⣒⣉⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀m⠤⠔⠊   g
     └10              100             1000
""",
    "grok in ASCII": """
  1.0+                aaaaaaaaabbbbbbbbbbbbbbb
     |               a  :   : bb
     |             aa   :   :bb:
   .5+            aa    :   :b :
     |          aaa     :   bb :
     |        aaa       :   b  :
     |     aaaa         :  bb  :
    0+bbbbbbbbbbbbbbbbbbmbb |  g
     +10              100             1000
""",
    "grok without colour": """
  1.0┤                ⡠a⠉⠉⠉⠉⠉⠉⠉⡝a⠉⠉⠉⠉⠉⠉⠉b⠉⠉⠉⠉⠉
     │               ⡜  ┊     ⢠⠃
     │             ⢀⠜   ┊    ⢀b┊
   .5┤            ⡠⠊    ┊    ⡸ ┊
     │          ⢀⠔⠁     ┊   ⢀⠇ ┊
     │        ⢀⠤⠃       ┊   ⡸  ┊
     │     ⢀⠤a⠁         ┊  ⠰⠁  ┊
    0┤⣠⣤⣔⠒b⣁⣀⡀ ⣀⣀⣀ ⢀b⣀⡀ m⠔⠊    g
     └10              100             1000
""",
    "one point in a thousand": """
     │                       ⢸
  .75┤                       ⢸
     │                       ⢸
  .50┤                       ⢸
     │                       ⢸
  .25┤⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣸⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀
     └0                500           999
""",
    "loss, log y": """
     │⠈⠒⠢⢤⣀
    1┤     ⠉⠑⠢⢤⣀
     │╌╌╌╌╌╌╌╌╌╌⠉⠑⠲⢤⣀╌╌╌╌╌╌╌╌╌╌ oracle ╌
     │               ⠉⠑⠒⠤⣄⡀
     │                    ⠉⠑⠒⠤⣄⡀
 .001┤                         ⠈⠑⠒⠤⣄⡀
     │                              ⠈⠉⠒⠤
     └0                50            100
""",
    "loss, zoomed, log log": """
   10┤⠤⠤⣀⣀⣀⣀
     │      ⠉⠉⠉⠑⠒⠒⠤⠤⢄⣀
     │╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌⠉⠉⠒⠢⠤⣀╌╌╌ chance ╌
    1┤                      ⠉⠑⠢⢄
     │                          ⠉⠒⢤⡀
   .1┤╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌ oracle ⠈⠑⢄╌╌
     │                                ⠙⠦
     └5         10        20          50
""",
    "resumed": """
    1┤          ╎        ⢀⡠⠤⠒⠉
     │          ╎   ⢀⡠⠤⠒⠉⠁
     │         ⢀⣀⠤⠒⠉⠁
     │    ⢀⣀⠤⠒⠊⠁╎
    0┤⣀⠤⠒⠊⠁     ╎
     └0            5         9
""",
    "lone point": """
     │
   .6┤
   .5┤            b
   .4┤
     │
     └4           5          6
""",
    "nothing": """
    1┤
     │
     │
    0┤
     └0           .5       1.0
""",
    "smoothed": """
   .8┤ ⡇⢸⢸⢸⢸ ⡇⡇⡇⡇⢸⢸⢸ ⡇⡇⡇⡇⢸⢸⢸⢸ ⡇⡇⡇⢸⢸⢸⢸ ⡇⡇
     │ ⡇⣼⢸⢸⢸⢀⡇⡇⡇⣧⢸⢸⢸⢠⡇⡇⡇⡇⣼⢸⢸⢸⡄⡇⡇⡇⣾⢸⢸⢸⢠⡇⣧
   .6┤⡀⡀⢀⢀⢀⢀⢸⡀⡀⡀⡀⢀⢀⢀⢀⡀⡀⡀⡀⢀⢀⢀⢀⡇⡀⡀⡀⣀⢀⢀⢀⢸⡀⣀
   .4┤⢇⢷⠋⠎⠃⠃⠋⠈⠈⠈⠈⠁⠁⠁⠁⠈⠈⠈⠈⠁⠁⠁⠁⠉⠈⠈⠈⡇⠁⠁⠁⠉⠈
     │⠸⢸⠁⡇⡇⡇⡟⢸⢸⢸⠈⡇⡇⡇⡏⢸⢸⢸⢸⠃⡇⡇⡇⢻⢸⢸⢸⠁⡇⡇⡇⡟⢸
   .2┤⢸⢸ ⡇⡇⡇⡇⢸⢸⢸ ⡇⡇⡇⡇⢸⢸⢸⢸ ⡇⡇⡇⢸⢸⢸⢸ ⡇⡇⡇⡇⢸
     └0          20         40        59
""",
}


@pytest.mark.parametrize("name", EXPECTED)
def test_drawing(name: str) -> None:
    assert "\n" + text(*DRAWINGS[name]) + "\n" == EXPECTED[name]


def test_braille_spells_every_pattern() -> None:
    rows = [bytes(range(128)), bytes(range(128, 256))]
    assert "".join(braille(rows)) == "".join(DOTS)
    assert [len(row) for row in braille(rows)] == [128, 128]


def test_no_room_for_a_plot_is_blank() -> None:
    assert text(RAMPS, 15, 2) == "\n"


def inks(view: ChartView, role: Role) -> set[tuple[str, int | None]]:
    """(text, colour) of every piece with a role."""
    return {
        (piece.text, piece.ink.colour)
        for drawn in draw(view, 46, 9, BRAILLE)
        for piece in drawn
        if piece.ink.role is role
    }


def test_marks_have_the_colour_of_their_line() -> None:
    marks = (Mark(140, "A", 3), Mark(140, "B", 4), Mark(405, "g"), Mark(-1, "x"), Mark(9e9, "y"))
    assert inks(replace(GROK, marks=marks), Role.MARK) == {("A", 3), ("B", 4), ("g", None)}


def test_a_smoothed_line_lies_over_its_faint_raw_one() -> None:
    roles = {
        piece.ink for row in draw(replace(HATS, smoothing=0.6), 40, 7, BRAILLE) for piece in row
    }
    assert {Ink(Role.LINE, 0), Ink(Role.FAINT, 0)} <= roles
    assert Ink(Role.FAINT, 0) not in {
        piece.ink for row in draw(HATS, 40, 7, BRAILLE) for piece in row
    }


def test_lines_of_one_colour_keep_their_letters() -> None:
    view = ChartView(tuple(replace(line, colour=3) for line in RAMPS.series))
    drawn = text(view, 30, 6, ASCII)
    assert {"a", "b"} <= set(drawn)
    assert {"a", "b"} <= set(text(replace(view, letters=True), 30, 6))


def test_hundreds_of_runs() -> None:
    runs = tuple(
        Series(f"run {n}", mark(n), n % COLOURS, Points.of([0, 9], [0, n])) for n in range(400)
    )
    drawn = draw(ChartView(runs, smoothing=0.6), 40, 10, BRAILLE)
    used = {piece.ink.colour for row in drawn for piece in row if piece.ink.role is Role.LINE}
    assert used == set(range(COLOURS))


@given(
    st.integers(0, 60),
    st.integers(0, 20),
    st.sampled_from([RAMPS, GROK, LOSS, RESUMED, LONE, ChartView()]),
    st.sampled_from(Scale),
    st.sampled_from(Scale),
    st.sampled_from([0.0, 0.9]),
    st.sampled_from([None, Window(2, 5), Window(0.5, 1e9)]),
)
def test_every_size_and_setting_fills_its_cells(
    width: int,
    height: int,
    view: ChartView,
    x: Scale,
    y: Scale,
    smoothing: float,
    window: Window | None,
) -> None:
    view = replace(view, x=x, y=y, smoothing=smoothing, x_window=window)
    for charset in (BRAILLE, ASCII):
        lines = draw(view, width, height, charset)
        assert [sum(len(piece.text) for piece in line) for line in lines] == [width] * height
        if charset is ASCII:
            assert all(piece.text.isascii() for line in lines for piece in line)


@given(
    st.lists(st.floats(allow_nan=False), min_size=1, max_size=20),
    st.sampled_from(Scale),
    st.sampled_from([0.0, 0.97]),
)
def test_any_values_draw(ys: list[float], y: Scale, smoothing: float) -> None:
    """Subnormal, huge and infinite ones too."""
    view = ChartView((line("a", STEPS[:1] * len(ys), ys),), y=y, smoothing=smoothing)
    assert len(draw(view, 40, 8, BRAILLE)) == 8


def test_words_count_what_a_log_axis_leaves_out() -> None:
    view = ChartView((line("a", [0, 1, 2, 3], [1, 0, -1, 2]),), smoothing=0.9)
    assert view.words() == "x lin  y lin  smooth .9"
    log = replace(view, x=Scale.LOG, y=Scale.LOG, smoothing=0.0)
    assert log.words() == "x log  y log  3 not above 0 left out"


def text_of(lines: list[Line]) -> list[str]:
    return ["".join(piece.text for piece in line) for line in lines]


def test_a_chart_that_grows_looks_like_one_drawn_at_once() -> None:
    """Points come one by one; smoothing, a log axis and a second line change nothing about it."""
    xs = [float(n) for n in range(1, 400)]
    ys = [1 / n + n % 7 / 50 for n in range(1, 400)]
    for look in (ChartView(), ChartView(smoothing=0.6), ChartView(x=Scale.LOG, letters=True)):
        growing, traced = [Points.of(xs[:300], ys[:300]), Points.of(xs[:200], ys[:200])], Traced()
        for count in range(300, 400, 3):
            growing[0].follow(xs[:count], ys[:count])
            growing[1].follow(xs[: count - 100], ys[: count - 100])
            view = replace(
                look,
                series=tuple(Series(f"s{n}", "ab"[n], n, one) for n, one in enumerate(growing)),
            )
            lines = draw(view, 60, 12, BRAILLE, traced)
            held = traced.held
            assert held is not None
            assert xs[count - 1] <= held.high <= xs[count - 1] * 1.15
            fresh = Traced(held=held, scale=look.x, grown=[one.raw for one in growing])
            assert text_of(lines) == text_of(draw(view, 60, 12, BRAILLE, fresh))


def test_an_axis_is_exact_until_its_lines_grow() -> None:
    points, traced = Points.of([1.0, 100.0], [0.0, 1.0]), Traced()
    view = ChartView((Series("s", "a", 0, points),))
    draw(view, 60, 12, BRAILLE, traced)
    assert traced.held == (0.0, 100.0)
    points.follow([1.0, 100.0, 101.0], [0.0, 1.0, 1.0])
    draw(view, 60, 12, BRAILLE, traced)
    assert traced.held == (0.0, 103.0)
    points.follow([1.0, 100.0, 101.0, 102.0], [0.0, 1.0, 1.0, 1.0])
    draw(view, 60, 12, BRAILLE, traced)
    assert traced.held == (0.0, 103.0)


def test_a_band_is_shaded_between_its_lines_and_grows_with_them() -> None:
    xs = [float(n) for n in range(101)]
    median = [n / 100 for n in xs]
    low, high = [y - 0.3 for y in median], [y + 0.3 for y in median]
    band = (Points.of(xs[:60], low[:60]), Points.of(xs[:60], high[:60]))
    series = Series("s", "a", 0, Points.of(xs[:60], median[:60]), band=band)
    view, traced = ChartView((series,), y=Scale.LINEAR), Traced()
    shaded = text_of(draw(view, 46, 11, ASCII, traced))
    assert all("." in line for line in shaded[2:-2])
    column = "".join(line[26] for line in shaded[:-1])
    assert column.strip(" ") in ("..a..", "...a.", ".a...", "..a...", "...a..", "....a.."), column
    series.points.follow(xs, median)
    band[0].follow(xs, low)
    band[1].follow(xs, high)
    grown = text_of(draw(view, 46, 11, ASCII, traced))
    held = traced.held
    fresh = Traced(held=held, grown=[series.points.raw])
    assert grown == text_of(draw(view, 46, 11, ASCII, fresh))
    assert view.y_fit(Window(0, 100)) == Window(-0.5, 1.5)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_band_that_reaches_below_zero_is_written_on_a_logarithmic_axis(suffix: str) -> None:
    xs = [0.0, 1.0, 2.0, 3.0]
    band = (Points.of(xs, [-1.0, 0.0, 0.5, 1.0]), Points.of(xs, [1.0, 2.0, 3.0, 4.0]))
    series = Series("s", "a", 0, Points.of(xs, [0.5, 1.0, 2.0, 3.0]), band=band)
    view = ChartView((series,), y=Scale.LOG)
    # The two lowest values have no place there.
    assert picture(view, "", suffix)
