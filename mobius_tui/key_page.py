"""docs/keys.md, written from the key table: `python -m mobius_tui.key_page > docs/keys.md`."""

from __future__ import annotations

from typing import Final

from mobius_tui.keys import ACTIONS, Action, shown
from mobius_tui.places import PLACES

HEAD: Final = """\
# Keys

Written from the key table (`mobius_tui/keys.py`), which also drives dispatch, footers, `?` and `:`.

Three rules:
- Lower case only looks. What changes runs is upper case: R S X D ask with y, never with enter;
  P T act at once, and `u` takes them back.
- `q` goes one level back, and quits at the top; runs go on.
- The same key means the same thing everywhere.

| key | id | does | where |
|---|---|---|---|
"""
TAIL: Final = """
Remap by id in `config.toml`, of the lab or your own: `[ui.keys] log_x = "ctrl+x"`. A key that
would do two things in one place is an error.

Not used, because something between you and the program takes them: ctrl+b (tmux), ctrl+a
(screen), ctrl+^ (mosh), ctrl+] (telnet), ctrl+s and ctrl+q (flow control), ctrl+h, i, j, m (the
bytes of other keys). Nothing needs a mouse, a modified enter or a function key.
"""


def key_page() -> str:
    return HEAD + "".join(row(action) for action in ACTIONS) + TAIL


def row(action: Action) -> str:
    keys = " ".join(f"`{shown(key)}`" for key in action.keys).replace("|", "\\|")
    asks = ", asks with y" if action.confirm else ""
    where = ", ".join(PLACES[place] for place in action.where)
    return f"| {keys} | {action.id} | {action.help}{asks} | {where} |\n"


if __name__ == "__main__":
    print(key_page(), end="")
