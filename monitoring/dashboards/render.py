"""A board as Grafana's JSON, by Grafana's own SDK: the same bytes for the same inventory."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Literal

from grafana_foundation_sdk.builders import common as common_builders
from grafana_foundation_sdk.builders import dashboard as builders
from grafana_foundation_sdk.builders import prometheus, stat, statetimeline, timeseries
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import common
from grafana_foundation_sdk.models import dashboard as models

from inventory.model import Text
from monitoring.alerts.metrics import table
from monitoring.dashboards.panel import Board, Kind, Panel, State
from monitoring.dashboards.query import metrics_of

Language = Literal["ja", "en"]
LANGUAGES: tuple[Language, ...] = ("ja", "en")
DATASOURCE = "mroom-prometheus"
"""The uid that the provisioning gives the data source."""
COLUMNS = 24
"""Of Grafana's grid."""
REFRESH, SINCE = "10s", "now-6h"
_NOTE = {"ja": "まだ出すもののない値：", "en": "Nothing emits so far: "}
_SOURCE = common.DataSourceRef(type_val="prometheus", uid=DATASOURCE)
_Builder = stat.Panel | timeseries.Panel | statetimeline.Panel


def uid(board: Board, lang: Language) -> str:
    return f"mroom-{board.id}-{lang}"


def render(board: Board, lang: Language) -> str:
    """JSON with sorted keys and a line break at its end."""
    made = (
        builders.Dashboard(_in(board.title, lang))
        .uid(uid(board, lang))
        .tags(["mroom", lang])
        .timezone("browser")
        .refresh(REFRESH)
        .time(SINCE, "now")
        .readonly()
        .link(_tagged("機械室" if lang == "ja" else "Machine room", lang))
        .link(_other(board, lang))
    )
    for number, (title, panel, where) in enumerate(_laid_out(board), 1):
        if panel is None:
            made = made.with_row(builders.Row(_in(title, lang)).id(number).grid_pos(where))
        else:
            made = made.with_panel(_panel(panel, lang).id(number).grid_pos(where))
    return json.dumps(made.build(), cls=JSONEncoder, sort_keys=True, indent=1, ensure_ascii=False) + "\n"


def _laid_out(board: Board) -> Iterator[tuple[Text, Panel | None, models.GridPos]]:
    """Rows (without a panel) and panels with their places, left to right and then below."""
    y = 0
    for title, panels in board.rows:
        yield title, None, models.GridPos(h=1, w=COLUMNS, x=0, y=y)
        x, y, tallest = 0, y + 1, 0
        for panel in panels:
            if x + panel.width > COLUMNS:
                x, y, tallest = 0, y + tallest, 0
            yield panel.title, panel, models.GridPos(h=panel.height, w=panel.width, x=x, y=y)
            x, tallest = x + panel.width, max(tallest, panel.height)
        y += tallest


def _in(text: Text, lang: Language) -> str:
    return str(getattr(text, lang))


def _tagged(title: str, lang: Language) -> builders.DashboardLink:
    """A menu of the other boards in this language."""
    link = builders.DashboardLink(title).type(models.DashboardLinkType.DASHBOARDS).tags(["mroom", lang])
    return _on_top(link.as_dropdown(as_dropdown=True).keep_time(keep_time=True))


def _other(board: Board, lang: Language) -> builders.DashboardLink:
    """This board in the other language."""
    title, other = _SWITCH[lang]
    link = builders.DashboardLink(title).type(models.DashboardLinkType.LINK)
    return _on_top(link.url(f"/d/{uid(board, other)}").keep_time(keep_time=True))


def _on_top(link: builders.DashboardLink) -> builders.DashboardLink:
    """Where people see it: the SDK puts links into a menu, and has no other word for the place."""
    vars(link.build())["placement"] = None
    return link


_SWITCH: dict[Language, tuple[str, Language]] = {"ja": ("English", "en"), "en": ("日本語", "ja")}


def _panel(panel: Panel, lang: Language) -> _Builder:
    made = _kind(panel).title(_in(panel.title, lang)).datasource(_SOURCE)
    for place, query in enumerate(panel.queries):
        target = prometheus.Dataquery().ref_id(_ref(place)).expr(query.expr).legend_format(_in(query.name, lang))
        made = made.with_target(target.datasource(_SOURCE).range())
    made = made.unit(panel.unit).no_value("値なし" if lang == "ja" else "no value")
    if panel.states:
        made = made.mappings([_mapping(panel.states, lang)])
    if panel.least is not None:
        made = made.min(panel.least)
    steps = [models.Threshold(value=value, color=colour) for value, colour in panel.bounds]
    made = made.thresholds(builders.ThresholdsConfig().mode(models.ThresholdsMode.ABSOLUTE).steps(steps))
    missing = waiting(panel)
    return made.description(_NOTE[lang] + ", ".join(missing)) if missing else made


def _kind(panel: Panel) -> _Builder:
    by_bounds = builders.FieldColor().mode(models.FieldColorModeId.THRESHOLDS)
    if panel.kind is Kind.stat:
        newest = common_builders.ReduceDataOptions().calcs(["lastNotNull"]).values(values=False)
        shown = stat.Panel().reduce_options(newest).color_mode(common.BigValueColorMode.BACKGROUND)
        return shown.graph_mode(common.BigValueGraphMode.NONE).color_scheme(by_bounds)
    if panel.kind is Kind.states:
        bars = statetimeline.Panel().show_value(common.VisibilityMode.AUTO).merge_values(merge_values=True)
        return bars.row_height(0.8).color_scheme(by_bounds)
    legend = common_builders.VizLegendOptions().show_legend(show_legend=True)
    legend = legend.display_mode(common.LegendDisplayMode.LIST).placement(common.LegendPlacement.BOTTOM)
    return timeseries.Panel().legend(legend).line_width(2).fill_opacity(5).show_points(common.VisibilityMode.NEVER)


def _mapping(states: tuple[State, ...], lang: Language) -> models.ValueMap:
    return models.ValueMap(
        options={
            str(state.value): models.ValueMappingResult(text=_in(state.text, lang), color=state.colour, index=place)
            for place, state in enumerate(states)
        }
    )


def _ref(place: int) -> str:
    """A, B … Z, A1 …"""
    return chr(ord("A") + place % 26) + (str(place // 26) if place >= 26 else "")  # noqa: PLR2004 the letters


def waiting(panel: Panel) -> list[str]:
    """The metrics of a panel that nobody emits yet."""
    known = table()
    names = dict.fromkeys(name for query in panel.queries for name in metrics_of(query.expr))
    return [name for name in names if name in known and not known[name].emitted]
