"""The command line: `dalen-hub`."""

import argparse
import asyncio
from collections.abc import Sequence
import logging
import os
from pathlib import Path
import sys
from typing import Final, NoReturn, override

from dalen_hub import __version__
from dalen_hub.config import ConfigError, load_config
from dalen_hub.errors import HubError
from dalen_hub.forecast.backtest_options import add_backtest_options
from dalen_hub.serving import Serving, read_serving
from dalen_hub.simulation.run_options import add_simulate_options
from dalen_hub.store.errors import StoreError

_DATA: Final = Path("dalen-data")
_DEMO_DATA: Final = Path("dalen-demo-data")
_CONFIG: Final = Path("hub.yaml")
_WRONG: Final = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return 0, or 2 after one line on stderr that says what to do."""
    options = _parser().parse_args(arguments)
    try:
        options.command(options)
    except (ConfigError, HubError, StoreError) as err:
        print(err, file=sys.stderr)
        return _WRONG
    except OSError as err:
        where = f"{err.filename}: " if err.filename else ""
        what = err.strerror or str(err)
        print(
            f"{where}{what}. Check the name, and that you may read and write there.",
            file=sys.stderr,
        )
        return _WRONG
    except KeyboardInterrupt:
        return 130
    return 0


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are one line, as those of all commands."""

    @override
    def error(self, message: str) -> NoReturn:
        """End with one line and exit code 2."""
        self.exit(_WRONG, f"{self.prog}: {message}. See {self.prog} --help.\n")


def _parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    parser = _Parser(
        prog="dalen-hub",
        description="The hub of a neighbourhood: shares the room on its transformer.",
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add_serve(commands.add_parser("serve", help="run the hub"))
    _add_client(commands.add_parser("client", help="clients of the hub's interfaces"))
    _add_invite(commands.add_parser("invite", help="print a pairing string for a home"))
    _add_audit(commands.add_parser("audit", help="what was refused and done"))
    _add_heat_pump(
        commands.add_parser("heat-pump", help="a simulated heat pump on Modbus TCP")
    )
    _add_identify(
        commands.add_parser("identify", help="the thermal model of one house")
    )
    backtest = commands.add_parser("backtest", help="test the forecaster on a load")
    add_backtest_options(backtest)
    backtest.set_defaults(command=_backtest)
    simulate = commands.add_parser("simulate", help="a village on cold days")
    add_simulate_options(simulate)
    simulate.set_defaults(command=_simulate)
    return parser


def _add_data(parser: argparse.ArgumentParser) -> None:
    """Add the option of every command that touches stored state."""
    parser.add_argument(
        "--data",
        type=Path,
        default=_DATA,
        metavar="DIR",
        help="folder of the database and the keys (default: ./%(default)s)",
    )


def _add_serve(parser: argparse.ArgumentParser) -> None:
    """Add the options of `serve`."""
    parser.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        help=f"configuration (default: ./{_CONFIG})",
    )
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help=f"folder of the database and the keys (default: ./{_DATA}; ./{_DEMO_DATA}"
        " with --demo)",
    )
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        help="address to listen on (default: %(default)s, this machine only; 0.0.0.0"
        " for the whole network)",
    )
    parser.add_argument(
        "--port",
        type=_port,
        default=8080,
        help="port to listen on, 0 for any (default: %(default)s)",
    )
    parser.add_argument(
        "--operator-port",
        type=_port,
        metavar="PORT",
        help="serve the pages and the operator's interface here, and only homes on"
        " --port (default: operator_listener of the configuration)",
    )
    parser.add_argument(
        "--ingress-port",
        type=_port,
        metavar="PORT",
        help="serve the pages here to Home Assistant's ingress only",
    )
    parser.add_argument(
        "--demo",
        action="store_true",
        help="run a simulated neighbourhood; needs no configuration",
    )
    parser.add_argument(
        "--allow-insecure-webhooks",
        action="store_true",
        help="also call webhooks over plain http and on private addresses",
    )
    parser.set_defaults(command=_serve)


def _add_client(parser: argparse.ArgumentParser) -> None:
    """Add `client add`."""
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    add = commands.add_parser("add", help="add a client and print ID:SECRET once")
    add.add_argument(
        "--role",
        required=True,
        choices=("bl", "ven"),
        help="bl: an operator or its system; ven: a home that is no Dalen home",
    )
    add.add_argument("name", metavar="NAME", help="who or what the client is")
    _add_data(add)
    add.set_defaults(command=_add_client_command)


def _add_invite(parser: argparse.ArgumentParser) -> None:
    """Add the options of `invite`."""
    parser.add_argument(
        "--trafo", metavar="ID", help="transformer of the home; needed with several"
    )
    parser.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        help="configuration (default: what `serve` used last with this folder, else"
        f" ./{_CONFIG})",
    )
    _add_data(parser)
    parser.set_defaults(command=_invite)


def _add_audit(parser: argparse.ArgumentParser) -> None:
    """Add the options of `audit`."""
    parser.add_argument(
        "--chain",
        choices=("denied", "acts"),
        default="denied",
        help="refused accesses, or what operators did (default: %(default)s)",
    )
    parser.add_argument(
        "--last",
        type=int,
        default=50,
        metavar="N",
        help="how many entries (default: %(default)s)",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    _add_data(parser)
    parser.set_defaults(command=_audit)


def _add_heat_pump(parser: argparse.ArgumentParser) -> None:
    """Add the options of `heat-pump`."""
    parser.add_argument(
        "--profile", default="dalen_simulated", help="default: %(default)s"
    )
    parser.add_argument("--host", default="127.0.0.1", help="default: %(default)s")
    parser.add_argument("--port", type=_port, default=5020, help="default: %(default)s")
    parser.add_argument(
        "--speed",
        type=float,
        default=1.0,
        metavar="X",
        help="times real time (default: 1)",
    )
    parser.add_argument(
        "--outdoor-c",
        type=float,
        metavar="C",
        help="fixed outdoor temperature (default: a winter day)",
    )
    parser.set_defaults(command=_heat_pump)


def _add_identify(parser: argparse.ArgumentParser) -> None:
    """Add the options of `identify`."""
    parser.add_argument(
        "file",
        type=Path,
        metavar="HOUSE.csv|parquet",
        help="columns time, indoor_c, outdoor_c, heat_w and, if known, irradiance_w_m2",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(command=_identify)


def _port(text: str) -> int:
    """Return a port number."""
    if text.isdecimal() and int(text) <= 65535:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text} is no port; use 0 to 65535")


def _serve(options: argparse.Namespace) -> None:
    """Run the hub until it is told to stop."""
    from dalen_hub.serve import Places, serve

    if options.demo and options.config is not None:
        raise HubError("--demo brings its own configuration. Leave --config out.")
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    # It tells at every start how it is made; migrations matter when they fail.
    logging.getLogger("alembic").setLevel(logging.WARNING)
    asyncio.run(
        serve(
            config_path=None if options.demo else options.config or _CONFIG,
            data_dir=options.data or (_DEMO_DATA if options.demo else _DATA),
            places=Places(
                host=options.host,
                port=options.port,
                operator_port=options.operator_port,
                ingress_port=options.ingress_port,
            ),
            say=lambda line: print(line, flush=True),
            insecure_webhooks=options.allow_insecure_webhooks,
        )
    )


def _add_client_command(options: argparse.Namespace) -> None:
    """Add a client and print its secret, which cannot be shown again."""
    from dalen_hub.commands import add_client

    print(asyncio.run(add_client(options.data, options.role, options.name)))


def _invite(options: argparse.Namespace) -> None:
    """Print a pairing string for one home."""
    from dalen_hub.commands import invite

    serving = _serving(options)
    trafo_id = _chosen_trafo(options.trafo, serving)
    print(asyncio.run(invite(options.data, trafo_id, serving.public_url)))


def _audit(options: argparse.Namespace) -> None:
    """Print a part of the audit; fail where somebody changed it."""
    from dalen_hub.audit.command import print_audit

    print_audit(
        options.data, options.chain, options.last, as_json=options.json, say=print
    )


def _serving(options: argparse.Namespace) -> Serving:
    """Return what hub an invite is for."""
    if options.config is None:
        serving = read_serving(options.data)
        if serving is not None:
            return serving
    return Serving.of(load_config(options.config or _CONFIG))


def _chosen_trafo(trafo_id: str | None, serving: Serving) -> str:
    """Return the transformer that is meant."""
    known = ", ".join(serving.trafos)
    if trafo_id is None and len(serving.trafos) > 1:
        raise HubError(f"Which transformer? Add --trafo with one of {known}.")
    if trafo_id is not None and trafo_id not in serving.trafos:
        raise HubError(
            f"This hub has no transformer {trafo_id!r}. Add --trafo with one of {known}."
        )
    return trafo_id or serving.trafos[0]


def _heat_pump(options: argparse.Namespace) -> None:
    """Serve a simulated heat pump until it is told to stop."""
    from dalen_hub.simulation.heat_pump_server import run_heat_pump

    run_heat_pump(
        profile=options.profile,
        host=options.host,
        port=options.port,
        speed=options.speed,
        outdoor_c=options.outdoor_c,
    )


def _identify(options: argparse.Namespace) -> None:
    """Print the thermal model of a house and its error on unseen days."""
    from dalen_hub.homes.thermal.identify_command import run_identify

    run_identify(
        options.file,
        as_json=options.json,
        say=print,
        progress=lambda line: print(line, file=sys.stderr, flush=True),
    )


def _backtest(options: argparse.Namespace) -> None:
    """Test the forecaster on the past days of a load."""
    from dalen_hub.forecast.backtest_command import run_backtest

    run_backtest(
        options,
        say=print,
        progress=lambda line: print(line, file=sys.stderr, flush=True),
    )


def _simulate(options: argparse.Namespace) -> None:
    """Simulate villages with heat pumps on cold days."""
    from dalen_hub.simulation.run_command import run_simulate

    run_simulate(
        options,
        say=print,
        progress=lambda line: print(line, file=sys.stderr, flush=True),
        environ=os.environ,
    )
