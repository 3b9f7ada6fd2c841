"""The profiles' own validators, of ElaadNL, on what the server shows.

This module imports the library: import it in the thread of a link only. The
validators are called one by one and never registered, since a registration counts
for the whole process, and links may follow different profiles.
"""

from collections.abc import Mapping
from datetime import datetime
import importlib
from typing import Any, Final

from openadr3_client.oadr301.models.event.event import ExistingEvent as OldEvent
from openadr3_client.oadr301.models.program.program import ExistingProgram as OldProgram
from openadr3_client.oadr310.models.event.event import ExistingEvent
from openadr3_client.oadr310.models.program.program import ExistingProgram
from openadr3_client.plugin import ValidatorPlugin
from pydantic import BaseModel, ValidationError

from dalen_hub.grid.upstream.document import (
    EMERGENCY,
    Document,
    DocumentError,
    broken_document,
    document_of,
)
from dalen_hub.grid.upstream.settings import DsoSettings, ProfileName, Version
from dalen_hub.grid.upstream.trafo_forecast import PROGRAM_TYPE

_PLUGINS: Final = {
    ProfileName.GAC_2_0: ("openadr3_client_gac_compliance.gac20", "Gac20"),
    ProfileName.GAC_2_1: ("openadr3_client_gac_compliance.gac21", "Gac21"),
    ProfileName.GAC_2_2: ("openadr3_client_gac_compliance.gac22", "Gac22"),
    ProfileName.NLFLEX_1_0: ("openadr3_client_nlflex_compliance.nlflex10", "Nlflex10"),
}
_MOST: Final = 3


def checked(settings: DsoSettings, body: Mapping[str, Any], now: datetime) -> Document:
    """Return an event as a document, with what is wrong with it."""
    model = ExistingEvent if settings.version is Version.V3_1 else OldEvent
    try:
        event = model.model_validate(body)
        document = document_of(body)
    except ValidationError as err:
        return broken_document(body, _said(err), now)
    except DocumentError as err:
        return broken_document(body, str(err), now)
    except (TypeError, OverflowError, AttributeError) as err:
        return broken_document(body, _unreadable(err), now)
    # An emergency may come in any program; the profiles know none.
    complaint = None if EMERGENCY in document.kinds else _complaint(settings, event)
    return document if complaint is None else document_of(body, complaint)


def program_complaint(settings: DsoSettings, body: Mapping[str, Any]) -> str | None:
    """Return why a program is not of the profile, None where it is."""
    model = ExistingProgram if settings.version is Version.V3_1 else OldProgram
    try:
        program = model.model_validate(body)
    except ValidationError as err:
        return _said(err)
    except (TypeError, OverflowError, AttributeError) as err:
        return _unreadable(err)
    if settings.profile is ProfileName.TRAFO_FORECAST:
        return _forecast_complaint(body)
    return _complaint(settings, program)


def _complaint(settings: DsoSettings, model: BaseModel) -> str | None:
    """Return what the profile's validator says of a model, None where it is content."""
    plugin = _plugin(settings.profile)
    if plugin is None:
        return None
    try:
        errors = [
            str(error["type"])
            for each in plugin.get_model_validators(type(model))
            for error in each.validate(model) or ()
        ]
    except (IndexError, TypeError, OverflowError, AttributeError) as err:
        return _unreadable(err)
    return "; ".join(errors[:_MOST]) or None


def _plugin(profile: ProfileName) -> ValidatorPlugin | None:
    """Return the validator of a profile, None where it has none."""
    if profile not in _PLUGINS:
        return None
    package, name = _PLUGINS[profile]
    module = importlib.import_module(f"{package}.plugin")
    made: ValidatorPlugin = getattr(module, f"{name}ValidatorPlugin").setup()
    return made


def _forecast_complaint(body: Mapping[str, Any]) -> str | None:
    """Return why a program is not one of forecasts."""
    kinds = [
        str(value)
        for each in body.get("attributes") or ()
        if each.get("type") == "PROGRAM_TYPE"
        for value in each.get("values") or ()
    ]
    if body.get("programType"):
        kinds.append(str(body["programType"]))
    if any(kind.startswith(PROGRAM_TYPE) for kind in kinds):
        return None
    return f"its PROGRAM_TYPE must begin with {PROGRAM_TYPE}, not {kinds or None}"


def _unreadable(error: Exception) -> str:
    """Return that the library itself stumbled.

    It takes for granted that lists have items, points have two numbers, and texts and
    times are there.
    """
    return f"the validator of the profile cannot read it ({type(error).__name__})"


def _said(error: ValidationError) -> str:
    """Return the first errors of a model in a line."""
    return "; ".join(
        f"{'.'.join(str(part) for part in each['loc'])}: {each['msg']}"
        for each in error.errors(include_url=False)[:_MOST]
    )
