"""What a title says of a chart's lines: letter and name of each, in its colour."""

from __future__ import annotations

from collections.abc import Iterable

from textual.content import Content

from mobius_tui.charts import palette
from mobius_tui.charts.series import Series


def legend(series: Iterable[Series], *, dark: bool) -> Content:
    shades = palette.DARK if dark else palette.LIGHT
    return Content("  ").join(
        Content.styled(f"{one.mark} {one.title}", shades[one.colour]) for one in series
    )
