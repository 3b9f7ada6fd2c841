"""What the hub can say of the last round: why each home has its cap."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
import math
from typing import Final

from aiohttp import web
import numpy as np

from dalen_hub.caps.budget import MARGIN
from dalen_hub.caps.control import Control
from dalen_hub.caps.control_state import Decision, Source
from dalen_hub.caps.inputs import heard_from
from dalen_hub.caps.policies import share_by_policy
from dalen_hub.caps.reasons import LANGUAGES, Reason, place, reason_of, sentence
from dalen_hub.caps.site import Site
from dalen_hub.grid.trafo import Trafo
from dalen_hub.homes.registry import Home


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeCap:
    """The cap of one home now, and why; ``sentences`` by language."""

    cap_w: float
    reason: Reason
    sentences: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """One round of one transformer, told to people.

    ``homes`` is by the id of a VEN. ``bottlenecks`` are the names of what is full,
    by language, those that hold the most homes first.
    """

    at: datetime
    source: str
    level_w: float
    frame_w: float
    homes: Mapping[str, HomeCap]
    bottlenecks: tuple[Mapping[str, str], ...]
    paused: int


EXPLAINED: Final = web.AppKey[dict[str, Explained]]("explained")
"""The last round of each transformer; ``add_control`` makes it."""


def explain(
    trafo: Trafo,
    site: Site,
    control: Control,
    decision: Decision,
    homes: Sequence[Home],
    *,
    frame_w: float,
    now: datetime,
) -> Explained:
    """Return what the hub can say of a decision. Pure."""
    decision = _with_bottlenecks(site, control, decision)
    heard = heard_from(homes, control.basis.reports, now)
    caps: dict[str, HomeCap] = {}
    for index, home in enumerate(homes):
        reason = reason_of(
            decision,
            site.fleet,
            index,
            paused=bool(heard.paused[index]),
            online=bool(heard.online[index]),
            frame_w=frame_w,
        )
        caps[home.ven_id] = HomeCap(
            cap_w=float(decision.caps_w[index]),
            reason=reason,
            sentences={
                language: sentence(
                    reason, decision, site.grid, index, language, trafo.policy
                )
                for language in LANGUAGES
            },
        )
    return Explained(
        at=now,
        source=decision.source.value,
        level_w=decision.level_w,
        frame_w=frame_w,
        homes=caps,
        bottlenecks=_full(site, decision),
        paused=int((heard.paused & site.fleet.steerable).sum()),
    )


def _with_bottlenecks(site: Site, control: Control, decision: Decision) -> Decision:
    """Return a decision that the plan made, with what is full in the plan."""
    outlook = control.basis.outlook
    if decision.source is not Source.PLAN or not len(outlook.p90_kw):
        return decision
    rest_w = 1000.0 * outlook.p90_kw[0] * site.grid.rest_shares
    rooms_w = np.maximum(site.grid.limits_w * (1.0 - MARGIN) - rest_w, 0.0)
    lower_w = np.where(decision.takes_part, site.fleet.lowest_w, 0.0)
    upper_w = np.where(decision.takes_part, site.fleet.highest_w, 0.0)
    sharing = share_by_policy(site.fleet, lower_w, upper_w, rooms_w)
    return replace(decision, bottleneck=sharing.bottleneck)


def _full(site: Site, decision: Decision) -> tuple[Mapping[str, str], ...]:
    """Return the names of the bottlenecks that hold homes."""
    if math.isinf(decision.level_w):
        return ()
    held = decision.bottleneck[decision.bottleneck >= 0]
    counts = np.bincount(held, minlength=len(site.grid.bottlenecks))
    order = [int(index) for index in np.argsort(-counts, kind="stable")]
    return tuple(
        {language: place(site.grid, index, language) for language in LANGUAGES}
        for index in order
        if counts[index] > 0
    )
