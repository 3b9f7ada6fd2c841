"""Turn a request into a page: language, base path, template, headers."""

from pathlib import Path
from typing import Final

from aiohttp import hdrs, web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from dalen_hub.appkeys import CONFIG
from dalen_hub.listeners.kinds import INGRESS_HEADER, ingress_path

from .assets import BUILD_COMMAND, assets_present
from .language import LANGUAGES, Texts, choose_language, texts
from .security import base_path, secure

LANGUAGE_PARAMETER: Final = "lang"

_ENVIRONMENT: Final = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=StrictUndefined,
)


def request_texts(request: web.Request) -> Texts:
    """Return the texts in the language of this request."""
    return texts(
        choose_language(
            request.query.get(LANGUAGE_PARAMETER),
            request.headers.get(hdrs.ACCEPT_LANGUAGE),
            request.app[CONFIG].language,
        )
    )


def render(
    request: web.Request,
    template: str,
    *,
    status: int = 200,
    here: str = "",
    **values: object,
) -> web.Response:
    """Answer with a template; `here` is the page's own path below the base."""
    config = request.app[CONFIG]
    t = request_texts(request)
    # Links keep the language only for a visitor who chose one.
    asked = request.query.get(LANGUAGE_PARAMETER)
    body = _ENVIRONMENT.get_template(template).render(
        t=t,
        base=base_path(ingress_path(request)),
        here=here,
        query=f"?{LANGUAGE_PARAMETER}={asked}" if asked in LANGUAGES else "",
        other_languages=[texts(code) for code in LANGUAGES if code != t.language],
        hub_name=config.name,
        assets=assets_present(),
        build_command=BUILD_COMMAND,
        **values,
    )
    response = web.Response(text=body, content_type="text/html", status=status)
    response.headers[hdrs.CONTENT_LANGUAGE] = t.language
    response.headers[hdrs.CACHE_CONTROL] = "no-store"
    response.headers[hdrs.VARY] = f"{hdrs.ACCEPT_LANGUAGE}, {INGRESS_HEADER}"
    response.enable_compression()
    secure(response)
    return response
