"""What a collective may find fair: equal, need, credit, or cost above a floor. Pure.

Never by indoor temperature or behaviour, so that nobody gains by misreporting.
"""

from enum import StrEnum
from typing import Final

import numpy as np

from dalen_hub.caps.bottlenecks import Claims, Floats, share_room
from dalen_hub.caps.fleet import Bools, Fleet

FAIRNESS_FLOOR: Final = 0.5
"""The part of its equal share that cost never takes from a home."""
_WEIGHTS: Final = (0.5, 2.0)
_KAPPA: Final = 0.5


class Policy(StrEnum):
    """How room is shared."""

    EQUAL = "equal"
    """One level for all."""
    NEED = "need"
    """By the heat that a house loses, or by the power that its heat pump has."""
    CREDIT = "credit"
    """Equal, and over a season even: who gave more gets more."""
    COST = "cost"
    """Half of the equal share for all, the rest to whom it saves the most money."""


def need_weights(need_w_per_k: Floats) -> Floats:
    """Return weights by heat loss or design power, 1 on average; NaN: average."""
    known = need_w_per_k[~np.isnan(need_w_per_k)]
    mean = float(known.mean()) if len(known) and known.mean() > 0 else 1.0
    weights = np.where(np.isnan(need_w_per_k), 1.0, need_w_per_k / mean)
    return np.clip(weights, *_WEIGHTS)


def credit_weights(burden_kwh: Floats) -> Floats:
    """Return weights by what each home gave up this season: 1 + kappa x burden.

    The burden counts against the mean of all, in parts of it.
    """
    mean = float(burden_kwh.mean()) if len(burden_kwh) else 0.0
    if mean <= 0.0:
        return np.ones(len(burden_kwh))
    return np.clip(1.0 + _KAPPA * (burden_kwh / mean - 1.0), *_WEIGHTS)


def weights_of(
    policy: Policy, *, homes: int, need_w_per_k: Floats, burden_kwh: Floats
) -> Floats:
    """Return the weights of a policy, shape (n,)."""
    if policy is Policy.NEED:
        return need_weights(need_w_per_k)
    if policy is Policy.CREDIT:
        return credit_weights(burden_kwh)
    return np.ones(homes)


def share_by_cost(
    fleet: Fleet,
    takes_part: Bools,
    rooms_w: Floats,
    saving_eur_per_kwh: Floats,
    floor: float = FAIRNESS_FLOOR,
) -> Floats:
    """Return shares by cost, shape (n,): a part of the fair share, then merit order.

    Homes with the same saving per kWh share fairly among themselves. Exact: each
    step is a water-filling of what the steps before it left.
    """
    lower_w = np.where(takes_part, fleet.lowest_w, 0.0)
    upper_w = np.where(takes_part, fleet.highest_w, 0.0)
    fair = share_room(fleet.claims(lower_w, upper_w), rooms_w).share_w
    given_w = np.clip(floor * fair, lower_w, upper_w)
    for saving in np.unique(saving_eur_per_kwh)[::-1]:
        mine = takes_part & (saving_eur_per_kwh == saving)
        claims: Claims = fleet.claims(given_w, np.where(mine, upper_w, given_w))
        given_w = share_room(claims, rooms_w).share_w
    return given_w
