"""What a collective may find fair: equal, need, credit, or cost above a floor. Pure.

Never by indoor temperature or behaviour, so that nobody gains by misreporting.
"""

from typing import Final

import numpy as np

from dalen_hub.caps.bottlenecks import Claims, Floats, Sharing, share_room
from dalen_hub.caps.fleet import Bools, Fleet
from dalen_hub.grid.sharing import Policy

_WEIGHTS: Final = (0.5, 2.0)
_KAPPA: Final = 0.5


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


def share_by_policy(
    fleet: Fleet, lower_w: Floats, upper_w: Floats, rooms_w: Floats
) -> Sharing:
    """Share room as the collective chose, between lower and upper bounds in W.

    Fair shares by weight; where savings are known, by cost above a fairness floor.
    """
    fair = share_room(fleet.claims(lower_w, upper_w), rooms_w)
    if fleet.saving_eur_per_kwh is None or not (fair.bottleneck >= 0).any():
        return fair
    return _by_cost(fleet, fleet.saving_eur_per_kwh, fair, lower_w, upper_w, rooms_w)


def _by_cost(
    fleet: Fleet,
    saving: Floats,
    fair: Sharing,
    lower_w: Floats,
    upper_w: Floats,
    rooms_w: Floats,
) -> Sharing:
    """Give all a part of their fair share, and the rest in order of merit.

    Homes with the same saving per kWh share fairly among themselves. Exact: each
    step is a water-filling of what the steps before it left.
    """
    given_w = np.clip(fleet.fairness_floor * fair.share_w, lower_w, upper_w)
    sharing = fair
    for merit in np.unique(saving)[::-1]:
        claims: Claims = fleet.claims(
            given_w, np.where(saving == merit, upper_w, given_w)
        )
        sharing = share_room(claims, rooms_w)
        given_w = sharing.share_w
    held = given_w < upper_w
    bottleneck = np.where(held, np.maximum(fair.bottleneck, 0), -1)
    return Sharing(
        share_w=given_w,
        level_w=np.where(held, given_w / fleet.weight, np.inf),
        bottleneck=bottleneck,
        shortfall_w=sharing.shortfall_w,
        own_levels_w=_own_levels_w(fleet, given_w, held),
    )


def _own_levels_w(fleet: Fleet, given_w: Floats, held: Bools) -> Floats:
    """Return a level for each home, where homes in one bottleneck differ.

    Who has all it can use is bounded by the highest level of those held beside it,
    and at least by what it has; where nobody beside it is held it is not bounded.
    """
    level_w = given_w / fleet.weight
    constraints = int(fleet.members.max(initial=-1)) + 1
    highest_w = np.full(constraints + 1, -np.inf)
    for column in fleet.members.T:
        np.maximum.at(highest_w, column[held], level_w[held])
    # The index -1 of no constraint finds the last element.
    highest_w[-1] = -np.inf
    beside_w = highest_w[fleet.members].max(axis=1, initial=-np.inf)
    bounded_w = np.where(np.isneginf(beside_w), np.inf, np.maximum(beside_w, level_w))
    return np.where(held, level_w, bounded_w)
