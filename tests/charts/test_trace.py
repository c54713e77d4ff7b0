"""Curves as dots: nothing is lost, nothing is invented, nothing is torn."""

from __future__ import annotations

from bisect import bisect_right
from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from mobius_core.metrics.pyramid import Pyramid
from mobius_tui.charts.canvas import DOTS_HIGH, DOTS_WIDE, Layer
from mobius_tui.charts.scale import Axis, Scale
from mobius_tui.charts.trace import shade, strokes, trace

WIDTH, HEIGHT = 20, 6
ROWS = HEIGHT * DOTS_HIGH
FLOATS = st.floats(allow_nan=False, allow_infinity=False)


def pyramid_of(points: list[tuple[float, float]]) -> Pyramid:
    pyramid = Pyramid()
    pyramid.extend([x for x, _ in points], [y for _, y in points])
    return pyramid


def curve(count: int) -> st.SearchStrategy[list[tuple[float, float]]]:
    """Points in order of x, spaced as unequally as may be."""
    point = st.tuples(st.floats(0.01, 1e4), st.floats(0.01, 1e3))
    return st.lists(point, min_size=1, max_size=count).map(sorted)


def lit(layer: Layer, column: int) -> set[int]:
    """Dots of a column, counted from the bottom."""
    cell = layer.cells[column // DOTS_WIDE] >> (column % DOTS_WIDE * DOTS_HIGH)
    top_down = [row for row in range(layer.rows) if cell >> (row // 4 * 8 + row % 4) & 1]
    return {layer.rows - 1 - row for row in top_down}


@given(curve(200), st.sampled_from(Scale), st.sampled_from(Scale))
def test_every_point_in_the_window_is_lit(
    points: list[tuple[float, float]], x_scale: Scale, y_scale: Scale
) -> None:
    """So a spike of one point is never lost, however many points share its column."""
    x = Axis(x_scale, 1.0, 5e3, WIDTH * DOTS_WIDE)
    y = Axis(y_scale, 0.1, 500.0, ROWS)
    layer = Layer(WIDTH, HEIGHT)
    trace(pyramid_of(points), x, y, layer)
    edges = x.edges
    for px, py in points:
        column = bisect_right(edges, px) - 1
        row = y.dot(py)
        if 0 <= column < x.dots and 0 <= row < ROWS:
            assert row in lit(layer, column)


@given(st.integers(3, 3000), st.integers(0, 2999), st.integers(1, 5))
@example(count=3, at=2, dash=4)  # a slow climb whose end falls in a gap
def test_dashes_shorten_a_spike_by_less_than_a_cell(count: int, at: int, dash: int) -> None:
    ys = [1.0] * count
    ys[at % count] = 9.0
    x = Axis(Scale.LINEAR, 0.0, count - 1.0, WIDTH * DOTS_WIDE)
    layer = Layer(WIDTH, HEIGHT)
    trace(pyramid_of(list(enumerate(ys))), x, Axis(Scale.LINEAR, 0.0, 10.0, ROWS), layer, dash)
    top = Axis(Scale.LINEAR, 0.0, 10.0, ROWS).dot(9.0)
    assert max(max(lit(layer, c), default=0) for c in range(x.dots)) > top - DOTS_HIGH


@given(
    st.integers(0, 3),
    st.lists(st.tuples(st.integers(-40, 40), st.integers(-1, 60)), max_size=5),
)
def test_columns_stand_between_their_limits(first: int, columns: list[tuple[int, int]]) -> None:
    """What is outside the canvas is left out, and a column that ends below its beginning is."""
    layer = Layer(4, HEIGHT)
    layer.stand(first, [low for low, _ in columns], [low + size for low, size in columns])
    for column in range(8):
        low, size = columns[column - first] if 0 <= column - first < len(columns) else (0, -1)
        assert lit(layer, column) == set(range(ROWS)) & set(range(low, low + size + 1))


def test_a_band_is_shaded_only_where_its_upper_line_is_above() -> None:
    x, y = Axis(Scale.LINEAR, 0.0, 3.0, 4), Axis(Scale.LINEAR, 0.0, ROWS - 1.0, ROWS)
    layer = Layer(2, HEIGHT)
    low, high = (enumerate(level) for level in ([0.0, 2.0, 5.0, 9.0], [9.0, 5.0, 2.0, 0.0]))
    shade(pyramid_of([*low]), pyramid_of([*high]), x, y, layer)
    assert [lit(layer, column) for column in range(4)] == [{2, 6}, {4}, set(), set()]


@given(curve(60), st.sampled_from(Scale))
def test_the_line_has_no_gap(points: list[tuple[float, float]], scale: Scale) -> None:
    x = Axis(scale, points[0][0], max(points[-1][0], points[0][0] * 2), WIDTH * DOTS_WIDE)
    y = Axis(Scale.LINEAR, 0.0, 1e3, ROWS)
    layer = Layer(WIDTH, HEIGHT)
    trace(pyramid_of(points), x, y, layer)
    columns = [lit(layer, column) for column in range(x.dots)]
    last = max(number for number, dots in enumerate(columns) if dots)
    for left, right in pairwise(columns[: last + 1]):
        assert min(abs(a - b) for a in left for b in right) <= 1


@given(curve(100))
def test_no_dot_beyond_the_range_of_the_points(points: list[tuple[float, float]]) -> None:
    x = Axis(Scale.LINEAR, 0.0, 1e4, WIDTH * DOTS_WIDE)
    y = Axis(Scale.LINEAR, 0.0, 1e3, ROWS)
    low, high = y.dot(min(p for _, p in points)), y.dot(max(p for _, p in points))
    drawn = strokes(pyramid_of(points), x, y)
    for least, most in zip(drawn.lows, drawn.highs, strict=True):
        assert low <= least <= most <= high


def test_the_line_enters_and_leaves_the_window() -> None:
    x = Axis(Scale.LINEAR, 10.0, 20.0, 11)
    y = Axis(Scale.LINEAR, 0.0, 30.0, 31)
    drawn = strokes(pyramid_of([(0, 0), (30, 30)]), x, y).lows
    assert drawn == list(range(10, 21))


def test_straight_as_drawn_on_a_log_axis() -> None:
    x = Axis(Scale.LOG, 1.0, 1000.0, 31)
    y = Axis(Scale.LINEAR, 0.0, 30.0, 31)
    drawn = strokes(pyramid_of([(1, 0), (1000, 30)]), x, y).lows
    assert drawn == list(range(31))


@given(st.lists(FLOATS, min_size=1, max_size=20), FLOATS, FLOATS)
def test_any_float_draws(ys: list[float], low: float, high: float) -> None:
    low, high = sorted((low / 2, high / 2))
    y = Axis(Scale.LINEAR, low, high, ROWS)
    x = Axis(Scale.LINEAR, 0.0, 30.0, WIDTH * DOTS_WIDE)
    trace(pyramid_of(list(enumerate(ys))), x, y, Layer(WIDTH, HEIGHT))


@given(curve(200), st.integers(1, 199), st.sampled_from(Scale), st.integers(0, 3))
def test_only_what_is_new_is_drawn_and_the_line_is_the_same(
    points: list[tuple[float, float]], known: int, x_scale: Scale, dash: int
) -> None:
    """A layer that is given up from the cell of the last known point on and drawn again there."""
    x = Axis(x_scale, 1.0, 1.1e4, WIDTH * DOTS_WIDE)
    y = Axis(Scale.LINEAR, 0.0, 1e3, ROWS)
    whole, grown = Layer(WIDTH, HEIGHT), Layer(WIDTH, HEIGHT)
    trace(pyramid_of(points), x, y, whole, dash)
    pyramid = pyramid_of(points[:known])
    trace(pyramid, x, y, grown, dash)
    last = x.dot(pyramid.xs[-1]) // DOTS_WIDE
    cell = max(0, min(WIDTH, last))
    grown.cells[cell:] = [0] * (WIDTH - cell)
    rest = points[known:]
    pyramid.extend([px for px, _ in rest], [py for _, py in rest])
    trace(pyramid, x, y, grown, dash, cell * DOTS_WIDE)
    assert grown.cells == whole.cells
