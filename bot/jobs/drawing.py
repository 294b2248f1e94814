"""Draws the losses of a job as a PNG for a phone.

The drawing runs in another process. Importing this module does not import matplotlib, so the bot
never loads it.

A chat shows the picture about 400 points wide, on white or on black, and turns it into a JPEG.
The picture therefore has its own light background, and its parts are large and of strong colour.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bot.jobs.curves import Curves, Point, smoothed

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

SIZE: Final = (1080, 900)
"""Pixels."""
_DPI: Final = 150
_FEW: Final = 25
"""Up to this many points, each is marked."""
_MOST_POINTS: Final = 1500
"""There are fewer columns of pixels."""

GROUND, INK, FAINT, AXIS, GRID = "#fcfcfd", "#1f2430", "#5d6575", "#9aa3b2", "#e3e6ec"
BLUE, ORANGE = "#2563eb", "#d9480f"


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """The words in a picture, in the person's language."""

    title: str
    train: str
    valid: str
    step: str
    """Label of the axis."""
    best: str
    """Label of the ring around the lowest validation loss."""
    epochs: Sequence[str]
    """One name per epoch; empty: epochs are not marked."""
    decimal_point: str


def draw_losses(
    path: Path, curves: Curves, labels: Labels, *, total_steps: int | None = None
) -> None:
    """Draw *curves* into the file *path*; the axis reaches *total_steps* where that is given."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - see above

    warnings.simplefilter("ignore")  # the font may lack a letter of the title
    figure = Figure(figsize=(SIZE[0] / _DPI, SIZE[1] / _DPI), dpi=_DPI, facecolor=GROUND)
    axes = figure.add_axes((0.115, 0.105, 0.855, 0.69), facecolor=GROUND)
    low, top = shown_range(curves)
    lines = [
        *_draw(axes, curves.train, BLUE, labels.train, top),
        *_draw(axes, curves.valid or curves.full_valid, ORANGE, labels.valid, top),
        *_mark_best(axes, curves, labels),
    ]
    room = 0.08 * (top - low) or 0.1 * (top or 1)
    axes.set_ylim(max(0.0, low - room), top + room)
    end = _end(curves, total_steps)
    axes.set_xlim(0, 1.02 * end)
    _mark_epochs(axes, labels.epochs, total_steps, end)
    _dress(figure, axes, labels, lines)
    figure.savefig(path, format="png")


def shown_range(curves: Curves) -> tuple[float, float]:
    """The lowest and the highest loss of the picture: a single spike must not flatten the rest.

    A beginning that is high for a tenth of the steps stays, whatever the losses come down to.
    """
    losses = sorted(point.loss for point in (*curves.train, *curves.valid, *curves.full_valid))
    usual, high = losses[len(losses) // 2], losses[(len(losses) - 1) * 9 // 10]
    return losses[0], min(losses[-1], max(10 * usual, 3 * high))


def _end(curves: Curves, total_steps: int | None) -> float:
    """The last step to show: the run's, unless the curves would shrink to the left edge."""
    last = max(point.step for point in (*curves.train, *curves.valid, *curves.full_valid))
    if total_steps is None or total_steps > 8 * last:
        return 2.0 * last if total_steps else last or 1
    return max(last, total_steps)


def _draw(
    axes: "Axes", points: Sequence[Point], colour: str, name: str, top: float
) -> "list[Line2D]":
    """The raw losses as a thin line, the smoothed ones as a thick one; few points unsmoothed."""
    points = points[:: -(-len(points) // _MOST_POINTS) or 1]
    if not points:
        return []
    steps, losses = [point.step for point in points], [point.loss for point in points]
    if len(points) <= _FEW:
        return axes.plot(
            steps, losses, color=colour, linewidth=3, marker="o", markersize=7, label=name
        )
    axes.plot(steps, losses, color=colour, linewidth=1.1, alpha=0.32)
    # Losses above the picture would pull the smoothed line out of it too early.
    course = smoothed([min(loss, 1.2 * top) for loss in losses])
    return axes.plot(steps, course, color=colour, linewidth=3.4, label=name)


def _mark_best(axes: "Axes", curves: Curves, labels: Labels) -> "list[Line2D]":
    """A ring around the lowest validation loss; dots where all examples were validated."""
    if curves.best is None:
        return []
    if curves.valid and curves.full_valid:
        axes.plot(*zip(*curves.full_valid, strict=True), "o", color=ORANGE, markersize=9)
    return axes.plot(
        [curves.best.step], [curves.best.loss], marker="o", markersize=13, markerfacecolor=GROUND,
        markeredgecolor=ORANGE, markeredgewidth=3.4, linestyle="none", zorder=5, label=labels.best,
    )  # fmt: skip


def _mark_epochs(axes: "Axes", names: Sequence[str], total_steps: int | None, end: float) -> None:
    if not total_steps or not names:
        return
    width = total_steps / len(names)
    every = -(-len(names) // 6)
    for number, name in enumerate(names):
        if number % every or (number + 0.5) * width > end:
            continue
        if number:
            axes.axvline(number * width, color=AXIS, linewidth=1.6, linestyle=(0, (3, 3)))
        axes.text(
            (number + 0.5) * width, 1.015, name, transform=axes.get_xaxis_transform(),
            ha="center", va="bottom", fontsize=13, color=FAINT,
        )  # fmt: skip


def _dress(figure: "Figure", axes: "Axes", labels: Labels, lines: "Sequence[Line2D]") -> None:
    def shown(value: float, _: float) -> str:
        return f"{value:g}".replace(".", labels.decimal_point)

    figure.text(
        0.03, 0.955, labels.title, fontsize=19, fontweight="bold", color=INK, va="center",
        parse_math=False,
    )  # fmt: skip
    figure.legend(
        handles=list(lines), loc="center left", bbox_to_anchor=(0.015, 0.885), ncols=len(lines),
        frameon=False, fontsize=15, labelcolor=INK, handlelength=1.2, columnspacing=1.4,
    )  # fmt: skip
    axes.set_xlabel(labels.step, fontsize=14, color=FAINT, loc="right", labelpad=2)
    axes.locator_params(axis="x", nbins=5, integer=True)
    axes.locator_params(axis="y", nbins=6)
    axes.xaxis.set_major_formatter("{x:.0f}")
    axes.yaxis.set_major_formatter(shown)
    axes.tick_params(labelsize=14, labelcolor=INK, length=0, pad=7)
    axes.grid(axis="y", color=GRID, linewidth=1.4)
    axes.set_axisbelow(True)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(AXIS)
