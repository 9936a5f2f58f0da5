"""The summary dashboard: widgets around a Bokeh plot, for Voila and for a notebook.

The computed curves are given by the caller, so that this room stays below `experiments`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from html import escape
from typing import Any

import ipywidgets as w
from bokeh.events import Tap
from bokeh.layouts import column
from bokeh.models import CustomJS
from jupyter_bokeh import BokehModel

from freezeout.errors import FreezeoutError
from freezeout.limits.catalogue import curves as catalogue
from freezeout.limits.conversions import DIRECT
from freezeout.limits.curve import KINDS, LimitCurve
from freezeout.plots.bokeh import show
from freezeout.plots.choice import Choice, chosen, older_runs, planes
from freezeout.plots.downloads import FORMATS, download
from freezeout.plots.overlays import Overlay, Series, overlay
from freezeout.plots.rows import refused, row
from freezeout.plots.summary import matches, verdict

Computed = Callable[[], tuple[Sequence[LimitCurve], Sequence[str]]]

_ASK = "Click into the plot, or give a mass and a cross-section, to see what is excluded."
_STYLE = """<style>
.fz-row { display: flex; flex-wrap: wrap; gap: 0 .8em; align-items: center; line-height: 1.5;
          color: var(--jp-ui-font-color1); font-size: var(--jp-ui-font-size1); }
.fz-row svg { background: #fff; border-radius: 3px; flex: none; }
.fz-row a, .fz-said a { color: var(--jp-content-link-color, #0b57d0); }
.fz-refused { color: var(--jp-ui-font-color2); }
.fz-verdict { font-size: 1.05em; line-height: 1.4; color: var(--jp-ui-font-color1); }
.fz-said { color: var(--jp-ui-font-color2); font-size: .9em; line-height: 1.4; }
.fz-bad { color: var(--jp-error-color0, #b00020); }
</style>"""
# a click on a button may start a download only in the page itself
_SAVE = """
const [name, link] = fig.tags
const anchor = document.createElement("a")
anchor.href = link
anchor.download = name
document.body.appendChild(anchor)
anchor.click()
anchor.remove()
"""


class Dashboard:
    """A summary plot with its controls.

    Parameters
    ----------
    computed : callable
        Gives the curves that runs have computed, and what is wrong with runs that cannot be read.
    plane : str
        The plane to begin with.
    """

    def __init__(self, computed: Computed, plane: str = "si") -> None:
        self._computed = computed
        self._curves: tuple[LimitCurve, ...] = ()
        self._hidden: set[str] = set()
        self._rows: list[tuple[w.Checkbox, w.HTML]] = []
        self._described: Overlay
        self._figure: Any
        self._layout = column(sizing_mode="stretch_width")
        self._quiet = False
        self._controls(plane)
        self.refresh()
        self.plot = BokehModel(self._layout, layout=w.Layout(width="100%"))
        self.widget = self._arranged()

    def _ipython_display_(self) -> None:
        from IPython.display import display

        display(self.widget)

    def refresh(self, *_: object) -> None:
        """Read runs, own curves and published ones again, and draw."""
        computed, problems = self._computed()
        known = catalogue()
        self._curves = (*computed, *known.curves)
        self._hidden |= older_runs(computed)
        self._problems = [*problems, *(reason for _, reason in known.damaged)]
        self._quiet = True
        names = planes(self._curves)
        chosen_plane = self.plane.value if self.plane.value in names else names[0]
        self.plane.options = [(_plane_title(name), name) for name in names]
        self.plane.value = chosen_plane
        self._list_experiments()
        self._quiet = False
        self._draw()

    # what is chosen

    @property
    def choice(self) -> Choice:
        """What the controls say."""
        direct = self.plane.value in DIRECT
        return Choice(
            plane=self.plane.value,
            kinds=frozenset(kind for kind, box in self.kinds.items() if box.value),
            experiments=frozenset(self.experiments.value),
            everything=self.everything.value,
            rho_dm=self.rho_dm.value if direct and self.rescale.value else None,
        )

    @property
    def shown(self) -> Overlay:
        """The overlay of the curves whose box is ticked."""
        visible = [s.curve for s in self._described.series if s.key not in self._hidden]
        return replace(overlay(visible, plane=self._described.plane.name), refused=self._described.refused)

    def _controls(self, plane: str) -> None:
        wide = w.Layout(width="auto")
        label = {"description_width": "initial"}
        self.plane = w.Dropdown(options=[(_plane_title(plane), plane)], value=plane, layout=wide)
        self.kinds = {
            kind: w.Checkbox(kind != "projection", description=kind, indent=False, layout=wide)
            for kind in KINDS
        }
        self.everything = w.Checkbox(
            False, description="older, low-mass, alternative", indent=False, layout=wide
        )
        self.experiments = w.SelectMultiple(options=[], rows=8, layout=wide)
        self.rescale = w.Checkbox(
            False, description="bring limits to one local density", indent=False, layout=wide
        )
        self.rho_dm = w.FloatSlider(
            0.3, min=0.1, max=1.0, step=0.01, description="ρ [GeV/cm³]", continuous_update=False,
            style=label, layout=wide,
        )  # fmt: skip
        self.again = w.Button(description="Refresh", icon="refresh", tooltip="look for new runs", layout=wide)
        self.mass = w.Text(placeholder="50", description="m [GeV]", continuous_update=False, style=label,
                           layout=w.Layout(width="150px"))  # fmt: skip
        self.value = w.Text(placeholder="1e-46", continuous_update=False, style=label,
                            layout=w.Layout(width="190px"))  # fmt: skip
        self.verdict = w.HTML(f'<div class="fz-verdict">{_ASK}</div>')
        self.search = w.Text(placeholder="search the curves", continuous_update=True, layout=wide)
        self.list = w.GridBox(
            layout=w.Layout(
                grid_template_columns="minmax(180px, max-content) 1fr", grid_gap="0 10px", width="100%"
            )
        )
        self.said = w.HTML()
        self.downloads = {
            name: w.Button(description=name, tooltip=f"download what is shown as {name}", layout=wide)
            for name in FORMATS
        }
        for name, button in self.downloads.items():
            button.on_click(lambda _button, name=name: self._download(name))
        for control in (self.plane, self.everything):
            control.observe(self._on_set, "value")
        for control in (*self.kinds.values(), self.experiments, self.rescale, self.rho_dm):
            control.observe(self._on_choice, "value")
        for control in (self.mass, self.value):
            control.observe(self._on_point, "value")
        self.search.observe(self._on_search, "value")
        self.again.on_click(self.refresh)

    def _arranged(self) -> w.Widget:
        heading = "<b>{}</b>".format
        left = w.VBox(
            [
                w.HTML(heading("Plane")), self.plane,
                w.HTML(heading("Kinds")), *self.kinds.values(),
                w.HTML(heading("Also show")), self.everything,
                w.HTML(heading("Experiments")), self.experiments,
                w.HTML('<div class="fz-said">none marked: all; Ctrl or Shift marks several</div>'),
                w.HTML(heading("Halo")), self.rescale, self.rho_dm,
                self.again,
            ],
            layout=w.Layout(width="270px", flex="0 0 270px", padding="0 16px 0 0"),
        )  # fmt: skip
        point = w.HBox([self.mass, self.value], layout=w.Layout(flex_flow="row wrap"))
        saving = w.HBox(
            [w.HTML("Download"), *self.downloads.values()],
            layout=w.Layout(flex_flow="row wrap", align_items="center"),
        )
        right = w.VBox(
            [self.verdict, point, self.plot, saving, self.said, self.search, self.list],
            layout=w.Layout(flex="1 1 560px", min_width="320px"),
        )
        body = w.HBox([left, right], layout=w.Layout(flex_flow="row wrap", width="100%"))
        return w.VBox([w.HTML(_STYLE), body], layout=w.Layout(width="100%"))

    # what happens

    def _on_set(self, _change: object) -> None:
        if self._quiet:
            return
        self._quiet = True
        self._list_experiments()
        self._quiet = False
        self._draw()

    def _on_choice(self, _change: object) -> None:
        if not self._quiet:
            self._draw()

    def _on_point(self, _change: object) -> None:
        if not self._quiet:
            self._judge()

    def _on_search(self, _change: object) -> None:
        self._filter()

    def _on_tap(self, event: Any) -> None:
        self._quiet = True
        self.mass.value, self.value.value = f"{event.x:.3g}", f"{event.y:.2g}"
        self._quiet = False
        self._judge()

    def _on_tick(self, series: Series, change: Any) -> None:
        if change["new"]:
            self._hidden.discard(series.key)
        else:
            self._hidden.add(series.key)
        self._set_visible(series.key)
        self._judge()

    def _list_experiments(self) -> None:
        here = Choice(self.plane.value, frozenset(KINDS), everything=self.everything.value)
        names = sorted({s.curve.experiment for s in chosen(here, self._curves).series}, key=str.lower)
        kept = [name for name in self.experiments.value if name in names]
        self.experiments.options = names
        self.experiments.value = kept

    def _draw(self) -> None:
        self._described = chosen(self.choice, self._curves)
        self._figure = show(self._described)
        self._figure.on_event(Tap, self._on_tap)
        self._figure.js_on_change("tags", CustomJS(args={"fig": self._figure}, code=_SAVE))
        for key in self._hidden:
            self._set_visible(key)
        self._layout.children = [self._figure]
        for control in (self.rescale, self.rho_dm):
            control.disabled = self.plane.value not in DIRECT
        unit = self._described.y.unit
        symbol = "⟨σv⟩" if self._described.plane.quantity == "sigma_v" else "σ"
        self.value.description = f"{symbol} [{unit}]"
        self._list()
        self._judge()
        self._say()

    def _set_visible(self, key: str) -> None:
        for renderer in self._figure.renderers:
            if renderer.name == key:
                renderer.visible = key not in self._hidden

    def _list(self) -> None:
        self._rows = []
        for series in self._described.series:
            box = w.Checkbox(
                series.key not in self._hidden, description=series.name, indent=False, layout=_ROW
            )
            box.observe(lambda change, series=series: self._on_tick(series, change), "value")
            self._rows.append((box, w.HTML(row(series), layout=_ROW)))
        self._filter()

    def _filter(self) -> None:
        kept: list[w.Widget] = []
        for series, pair in zip(self._described.series, self._rows, strict=True):
            if matches(series.curve, self.search.value):
                kept += pair
        for curve, reason in self._described.refused:
            if matches(curve, self.search.value):
                kept += [w.HTML("", layout=_ROW), w.HTML(refused(curve, reason), layout=_ROW)]
        self.list.children = kept or [w.HTML("No curve matches."), w.HTML()]

    def _judge(self) -> None:
        text, cross = _ASK, None
        if self._described.plane.unit == "GeV":
            text = "Points can be judged in the cross-section planes."
        elif self.mass.value.strip() and self.value.value.strip():
            try:
                mass, value = float(self.mass.value), float(self.value.value)
                if not (0 < mass < float("inf") and 0 < value < float("inf")):
                    raise ValueError
            except ValueError:
                text = "Give two positive numbers, such as 50 and 1e-46."
            else:
                cross = {"height": mass, "width": value}
                text = verdict(self.shown.curves, mass, value).sentence
        self.verdict.value = f'<div class="fz-verdict" role="status">{escape(text)}</div>'
        for line in self._figure.center:
            if (line.name or "").startswith("cross:"):
                line.visible = cross is not None
                if cross:
                    line.location = cross[line.dimension]

    def _download(self, format: str) -> None:
        try:
            file = download(self.shown, format)
        except FreezeoutError as error:
            self._say(f'<span class="fz-bad">{escape(str(error))}</span>')
            return
        self._figure.tags = [file.name, file.link]
        size = max(len(file.content) // 1024, 1)
        self._say(f'<a download="{file.name}" href="{file.link}">{file.name}</a> ({size} kB) is on its way')

    def _say(self, first: str = "") -> None:
        lines = [first] * bool(first)
        lines += [escape(note) for note in self._described.notes]
        lines += [f'<span class="fz-bad">{escape(problem)}</span>' for problem in self._problems[:5]]
        self.said.value = f'<div class="fz-said">{"<br>".join(lines)}</div>'


_ROW = w.Layout(width="auto", margin="0", min_height="24px")


_SHORT = {"si": "SI: WIMP–nucleon", "sd_p": "SD: WIMP–proton", "sd_n": "SD: WIMP–neutron"}


def _plane_title(name: str) -> str:
    return _SHORT.get(name) or overlay([], plane=name).title
