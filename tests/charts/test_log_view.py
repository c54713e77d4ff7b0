"""The log view under a real app: following, moving, searching, and nothing obeyed."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.app import App, ComposeResult

from mobius_tui.widgets.log_view import INDEX_SLICE, LogView
from tests.quiet import quietly

HEIGHT = 10
SIZE = (40, HEIGHT)


class LogApp(App[None]):
    """Nothing but a log view, and how its searches ended."""

    CSS = "LogView { scrollbar-size-vertical: 1; }"

    def __init__(self, path: Path | None) -> None:
        super().__init__()
        # Polled by the tests themselves: the timer's first tick lies beyond their end.
        self.log_view = LogView(path, poll=3600)
        self.ended: list[tuple[str, int | None]] = []

    def compose(self) -> ComposeResult:
        yield self.log_view

    def on_mount(self) -> None:
        self.log_view.focus()

    def on_log_view_searched(self, message: LogView.Searched) -> None:
        assert message.control is self.log_view
        self.ended.append((message.text, message.line))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "log.txt"
    file.write_text("".join(f"step {number} train .98\n" for number in range(100)))
    return file


def rows(view: LogView) -> list[str]:
    return [view.render_line(y).text.rstrip() for y in range(view.size.height)]


def steps(view: LogView) -> list[int]:
    return [int(row.split()[1]) for row in rows(view)]


async def test_it_opens_at_the_end_and_follows(path: Path) -> None:
    app = LogApp(path)
    async with quietly(app, SIZE) as pilot:
        view = app.log_view
        assert steps(view) == list(range(90, 100))
        assert view.words == "following"
        with path.open("a") as file:
            file.write("step 100 half a li")
        view.poll()
        assert rows(view)[-1] == "step 100 half a li"
        with path.open("a") as file:
            file.write("ne\nstep 101\n")
        view.poll()
        await pilot.pause()
        assert rows(view)[-2:] == ["step 100 half a line", "step 101"]


async def test_keys_move_and_the_end_follows_again(path: Path) -> None:
    app = LogApp(path)
    async with quietly(app, SIZE) as pilot:
        view = app.log_view
        await pilot.press("k", "up")
        assert steps(view) == list(range(88, 98))
        assert view.words == "line 89 of 100"
        with path.open("a") as file:
            file.write("step 100\n")
        view.poll()
        assert steps(view) == list(range(88, 98))
        await pilot.press("g")
        assert steps(view) == list(range(10))
        await pilot.press("ctrl+d", "j")
        assert steps(view)[0] == 10
        await pilot.press("pageup")
        assert steps(view)[0] == 1
        await pilot.press("f")
        assert (steps(view)[-1], view.words) == (100, "following")
        await pilot.press("k", "j")
        assert view.words == "following"


async def test_nothing_in_a_log_is_obeyed(path: Path) -> None:
    path.write_bytes(b"[bold red]no markup[/]\n\x1b[2J\x1b]0;title\x07\n1%\r99%\rdone\n\xff\xfe\n")
    app = LogApp(path)
    async with quietly(app, SIZE):
        view = app.log_view
        shown = ["[bold red]no markup[/]", "^[[2J^[]0;title^G", "done", "\\xff\\xfe"]
        assert rows(view)[:4] == shown
        segments = [segment for y in range(4) for segment in view.render_line(y)]
        assert all(segment.text.isprintable() for segment in segments)
        assert not any(segment.control for segment in segments)


async def test_search_goes_around_and_says_when_it_finds_nothing(path: Path) -> None:
    app = LogApp(path)
    async with quietly(app, SIZE) as pilot:
        view = app.log_view
        await pilot.press("g")
        view.search("7 TRAIN")
        await pilot.pause()
        assert app.ended == [("7 TRAIN", None)]
        view.search("8 train")
        await pilot.pause()
        assert (app.ended[-1], view.words) == (("8 train", 8), "line 9 of 100")
        await pilot.press("n")
        await pilot.pause()
        assert app.ended[-1][1] == 18
        assert 18 in steps(view)
        await pilot.press("N")
        await pilot.pause()
        await pilot.press("N")
        await pilot.pause()
        assert [line for _, line in app.ended[-2:]] == [8, 98]


async def test_matches_are_marked(path: Path) -> None:
    app = LogApp(path)
    async with quietly(app, SIZE) as pilot:
        view = app.log_view
        plain = rows(view)
        view.search("train")
        await pilot.pause()
        marked = [list(view.render_line(y)) for y in range(HEIGHT)]
        assert all(segments[1].text == "train" for segments in marked)
        found = [segments[1].style for segments in marked]
        assert len({str(style) for style in found}) == 2
        view.search("")
        await pilot.pause()
        assert rows(view) == plain


async def test_long_lines_scroll_sideways_or_wrap(path: Path) -> None:
    path.write_text("start " + "0123456789" * 10 + " end\nshort\n")
    app = LogApp(path)
    async with quietly(app, SIZE) as pilot:
        view = app.log_view
        assert rows(view)[:2] == ["start 0123456789012345678901234567890123", "short"]
        await pilot.press("right")
        assert rows(view)[:2] == ["2345678901234567890123456789012345678901", ""]
        await pilot.press("left", "v")
        assert rows(view)[:4] == [
            "start 012345678901234567890123456789012",
            "345678901234567890123456789012345678901",
            "2345678901234567890123456789 end",
            "short",
        ]


async def test_wrapped_it_still_ends_with_the_end(path: Path) -> None:
    path.write_text("".join("x" * 100 + f" {number}\n" for number in range(50)))
    app = LogApp(path)
    async with quietly(app, SIZE) as pilot:
        await pilot.press("v")
        assert rows(app.log_view)[-1].endswith(" 49")


async def test_a_found_line_is_seen_among_wrapped_ones(path: Path) -> None:
    path.write_text("".join("x" * 100 + f" {number}\n" for number in range(50)))
    app = LogApp(path)
    async with quietly(app, SIZE) as pilot:
        await pilot.press("v")
        app.log_view.search(" 44")
        await pilot.pause()
        assert rows(app.log_view)[2].endswith(" 44")
        await pilot.press("k")
        assert rows(app.log_view)[2].endswith(" 43")


async def test_only_matching_lines(path: Path) -> None:
    app = LogApp(path)
    async with quietly(app, SIZE) as pilot:
        view = app.log_view
        view.only("7 TRAIN")
        await pilot.pause()
        assert steps(view) == [7, 17, 27, 37, 47, 57, 67, 77, 87, 97]
        assert view.words == "following, only 7 TRAIN"
        with path.open("a") as file:
            file.write("step 107 train\n")
        view.poll()
        await pilot.pause()
        assert steps(view)[-1] == 107
        await pilot.press("k")
        assert (steps(view)[0], view.words) == (7, "line 8 of 101, only 7 TRAIN")
        view.only("")
        await pilot.pause()
        assert steps(view) == list(range(7, 17))
        view.only("not there")
        await pilot.pause()
        assert rows(view) == [""] * HEIGHT


async def test_a_log_that_is_replaced_while_it_is_looked_at(path: Path) -> None:
    app = LogApp(path)
    async with quietly(app, SIZE) as pilot:
        view = app.log_view
        await pilot.press("g", "j")
        path.write_text("one line\n")
        view.poll()
        await pilot.pause()
        assert rows(view)[0] == "one line"
        path.unlink()
        view.poll()
        await pilot.pause()
        assert (rows(view), view.words) == ([""] * HEIGHT, "empty")


async def test_another_log(path: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.txt"
    other.write_text("other\n")
    app = LogApp(None)
    async with quietly(app, SIZE) as pilot:
        view = app.log_view
        assert (rows(view), view.words) == ([""] * HEIGHT, "empty")
        view.show(path)
        await pilot.pause()
        await pilot.press("g")
        view.show(path)
        assert steps(view)[0] == 0
        view.show(other)
        await pilot.pause()
        assert (rows(view)[0], view.words) == ("other", "following")
        view.show(None)
        await pilot.pause()
        assert view.words == "empty"
        await pilot.press("g", "k", "n", "f")


async def test_the_end_of_a_long_log_before_it_is_numbered(path: Path) -> None:
    line = b"x" * 1023 + b"\n"
    with path.open("wb") as file:
        for _ in range(INDEX_SLICE // len(line) // 1024 + 2):
            file.write(line * 1024)
        file.write(b"needle\nthe end\n")
    app = LogApp(path)
    async with quietly(app, SIZE) as pilot:
        view = app.log_view
        assert rows(view)[-2:] == ["needle", "the end"]
        view.search("needle")
        await pilot.pause()
        number = path.stat().st_size // len(line)
        assert app.ended == [("needle", number)]
        assert "needle" in rows(view)
        assert view.words == f"line {number + 1:,} of {number + 2:,}"
