"""How fast the hub's VTN is, and how much memory it takes.

A real hub (`dalen-hub serve`, one process, SQLite in WAL mode, a new data folder)
is asked over loopback by this process, with 96-interval events. Beside the answers
per second it tells the processor time of the hub for each, which says more on a
machine that does other things too; "health" is what the HTTP server itself takes.

    .venv/bin/python benchmarks/vtn.py                  all figures, about a minute
    .venv/bin/python benchmarks/vtn.py --reports 100000 also the memory over many
"""

import argparse
import asyncio
import base64
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
import json
import os
from pathlib import Path
import subprocess
import sys
import tempfile
import time
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from http_load import Answers, load, request_bytes
from sqlalchemy import select

from dalen_hub.consent.texts import consent_text
from dalen_hub.consent.tiers import Tier
from dalen_hub.homes.facts import HomeFacts
from dalen_hub.homes.registry import ConsentGiven, register_home
from dalen_hub.store.database import open_database
from dalen_hub.store.tables import report
from dalen_hub.vtn.auth import create_client
from dalen_hub.vtn.program_store import ensure_caps_program

VTN = "/openadr3/3.1.0"
_HOMES = 100
_FACTS = HomeFacts(
    nickname=None,
    heat_pump_kind="watts",
    nameplate_w=1800.0,
    minimum_w=450.0,
    floor_w=300.0,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A client of the hub; a home has a target."""

    client_id: str
    secret: str
    target: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbourhood:
    """Who takes part in the measurement."""

    operator: Client
    homes: tuple[Client, ...]
    program_id: str


async def settle(data_dir: Path, now: datetime) -> Neighbourhood:
    """Put an operator and homes into a new database."""
    engine = await open_database(data_dir)
    async with engine.begin() as conn:
        operator = await create_client(conn, "bl", "operator", now)
        program_id = await ensure_caps_program(conn, now)
        homes = [
            await register_home(
                conn,
                # Of no trafo that the hub knows: the planner must not join in.
                trafo_id="elsewhere",
                facts=_FACTS,
                consent=ConsentGiven(
                    text=consent_text("Bench"), tier=Tier.T1, language="en"
                ),
                now=now,
            )
            for _ in range(_HOMES)
        ]
    await engine.dispose()
    return Neighbourhood(
        operator=Client(client_id=operator[0], secret=operator[1]),
        homes=tuple(
            Client(
                client_id=made.client_id,
                secret=made.client_secret,
                target=made.home.target,
            )
            for made in homes
        ),
        program_id=program_id,
    )


@contextmanager
def hub(folder: Path, *options: str) -> Iterator[tuple[str, int]]:
    """Run a hub; give its URL and its process id."""
    config = folder / "hub.yaml"
    config.write_text(
        "name: Bench\npublic_url: http://127.0.0.1:8080\n"
        "trafos:\n  - id: bench\n    rating_kva: 400\n"
    )
    command = [sys.executable, "-m", "dalen_hub", "serve", "--config", str(config)]
    command += ["--port", "0", *options, "--data"]
    # An installed hub has bytecode; compiling it would count as its memory.
    with _running([*command, str(folder / "warm")], folder / "bytecode") as warm:
        assert warm.stdout is not None
        warm.stdout.readline()
        time.sleep(2)
    with _running([*command, str(folder / "data")], folder / "bytecode") as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        yield line.rsplit(" ", 1)[-1].strip(), process.pid


@contextmanager
def _running(command: Sequence[str], bytecode: Path) -> Iterator[subprocess.Popen[str]]:
    """Run a command that keeps its bytecode in a folder; stop it at the end."""
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(bytecode)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=environment
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(20)


def memory_mb(pid: int) -> float:
    """Return the proportional set size of a process, in MB."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    raise LookupError("this kernel does not tell the Pss")


def cpu_s(pid: int) -> float:
    """Return the processor time that a process used."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def bearer(url: str, client: Client) -> dict[str, str]:
    """Get a token; return the header with it."""
    basic = base64.b64encode(f"{client.client_id}:{client.secret}".encode()).decode()
    request = Request(
        f"{url}{VTN}/auth/token",
        data=urlencode({"grant_type": "client_credentials"}).encode(),
        headers={"Authorization": f"Basic {basic}"},
    )
    with urlopen(request) as answer:
        token = json.load(answer)["access_token"]
    return {"Authorization": f"Bearer {token}"}


def entity_tag(url: str, headers: dict[str, str]) -> str:
    """Return the ETag of what a client reads; "" when there is none."""
    with urlopen(Request(url, headers=headers)) as answer:
        return str(answer.headers.get("ETag", ""))


def cap_event(program_id: str, target: str, serial: int) -> dict[str, Any]:
    """Return the cap of a home for a day."""
    return {
        "programID": program_id,
        "eventName": f"bench-{serial}",
        "priority": 2,
        "targets": [target],
        "intervalPeriod": {"start": "2026-11-22T23:00:00Z", "duration": "PT15M"},
        "payloadDescriptors": [
            {
                "objectType": "EVENT_PAYLOAD_DESCRIPTOR",
                "payloadType": "IMPORT_CAPACITY_LIMIT",
                "units": "KW",
            }
        ],
        "intervals": [
            {"id": n, "payloads": [{"type": "IMPORT_CAPACITY_LIMIT", "values": [0.52]}]}
            for n in range(96)
        ],
    }


def report_body(event_id: str, end: datetime) -> dict[str, Any]:
    """Return a report on the hour that ends at an instant."""
    start = (end - timedelta(hours=1)).isoformat().replace("+00:00", "Z")
    return {
        "eventID": event_id,
        "clientName": "bench",
        "reportName": "quarter-hour",
        "resources": [
            {
                "resourceName": "heat-pump",
                "intervalPeriod": {"start": start, "duration": "PT15M"},
                "intervals": [
                    {
                        "id": n,
                        "payloads": [
                            {"type": "DEMAND", "values": [0.48]},
                            {
                                "type": "OPERATING_STATE",
                                "values": ["RUNNING_CURTAILED"],
                            },
                        ],
                    }
                    for n in range(4)
                ],
            }
        ],
    }


class Measurement:
    """Runs the parts one after the other and collects their figures."""

    def __init__(self, url: str, pid: int, people: Neighbourhood, options: Any) -> None:
        """Get a token for everybody."""
        self._url, self._pid, self._people, self._options = url, pid, people, options
        self._operator = bearer(url, people.operator)
        self._homes = [bearer(url, home) for home in people.homes]
        self.figures: dict[str, float] = {}

    async def run(self) -> None:
        """Measure everything."""
        health = request_bytes("GET", "/health", {})
        await self._measure("health", [health], expect={200})
        events = await self._one_event_each()
        await self._events()
        await self._pages()
        await self._polls()
        await self._program()
        await self._reports(events)
        if self._options.reports:
            await self._many_reports(events)
        self.figures["memory_final_mb"] = memory_mb(self._pid)

    async def _one_event_each(self) -> list[str]:
        """Make one event for each home; return their ids."""
        ids = []
        for serial, home in enumerate(self._people.homes):
            body = cap_event(self._people.program_id, home.target, serial)
            request = request_bytes("POST", f"{VTN}/events", self._operator, body)
            made = await load(
                self._url, lambda _, it=request: it, connections=1, requests=1
            )
            ids.append(str(json.loads(made.first)["id"]))
        return ids

    async def _events(self) -> None:
        """Create events that no home sees."""
        requests = [
            request_bytes(
                "POST",
                f"{VTN}/events",
                self._operator,
                cap_event(self._people.program_id, f"other-{n}", n),
            )
            for n in range(100)
        ]
        for connections in (1, self._options.connections):
            await self._measure(
                "events_created", requests, connections=connections, expect={201}
            )

    async def _pages(self) -> None:
        """Read full pages of events as the operator."""
        request = request_bytes("GET", f"{VTN}/events", self._operator)
        await self._measure("page_reads", [request], expect={200})

    async def _polls(self) -> None:
        """Poll as homes that each see one event, with and without an ETag."""
        path = f"{VTN}/events"
        plain = [request_bytes("GET", path, home) for home in self._homes]
        await self._measure("house_polls", plain, expect={200})
        conditional = []
        for home in self._homes:
            tag = await asyncio.to_thread(entity_tag, f"{self._url}{path}", home)
            headers = {**home, "If-None-Match": tag}
            conditional.append(request_bytes("GET", path, headers))
        if tag:
            await self._measure("house_polls_304", conditional, expect={304})

    async def _program(self) -> None:
        """Read one program."""
        path = f"{VTN}/programs/{self._people.program_id}"
        request = request_bytes("GET", path, self._operator)
        await self._measure("program_reads", [request], expect={200})

    async def _reports(self, events: Sequence[str]) -> None:
        """Report as all homes in turn."""
        requests = list(self._report_requests(events, hours=20))
        for connections in (1, self._options.connections):
            await self._measure(
                "reports", requests, connections=connections, expect={201}
            )

    async def _many_reports(self, events: Sequence[str]) -> None:
        """Send very many reports; note the memory on the way."""
        requests = list(self._report_requests(events, hours=200))
        parts = 10
        for part in range(parts):
            answers = await load(
                self._url,
                lambda n: requests[n % len(requests)],
                connections=self._options.connections,
                requests=self._options.reports // parts,
            )
            assert set(answers.statuses) == {201}, answers.statuses
            self.figures[f"memory_after_part_{part + 1:02}_mb"] = memory_mb(self._pid)
            self.figures[f"reports_part_{part + 1:02}_per_s"] = answers.per_second

    def _report_requests(self, events: Sequence[str], hours: int) -> Iterator[bytes]:
        """Make reports on different hours of different homes."""
        end = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
        for hour in range(hours):
            for home, event_id in zip(self._homes, events, strict=True):
                body = report_body(event_id, end - timedelta(hours=hour))
                yield request_bytes("POST", f"{VTN}/reports", home, body)

    async def _measure(
        self,
        name: str,
        requests: Sequence[bytes],
        *,
        expect: set[int],
        connections: int | None = None,
    ) -> None:
        """Send requests in turn for some seconds; keep and print the figures."""
        connections = connections or self._options.connections
        before_s = cpu_s(self._pid)
        answers = await load(
            self._url,
            lambda n: requests[n % len(requests)],
            connections=connections,
            seconds=self._options.seconds,
        )
        used_s = cpu_s(self._pid) - before_s
        assert set(answers.statuses) == expect, (name, answers.statuses, answers.first)
        self._note(f"{name}_{connections}", answers, used_s)

    def _note(self, name: str, answers: Answers, used_s: float) -> None:
        """Keep the figures of one part."""
        each_us = 1e6 * used_s / len(answers.latencies_s)
        self.figures[f"{name}_per_s"] = answers.per_second
        self.figures[f"{name}_cpu_us"] = each_us
        print(
            f"{name:24} {answers.per_second:8.0f}/s"
            f"  p50 {answers.percentile_ms(0.5):6.2f} ms"
            f"  p95 {answers.percentile_ms(0.95):6.2f} ms"
            f"  server CPU {each_us:5.0f} us each",
            file=sys.stderr,
        )


async def _stored_reports(data_dir: Path) -> int:
    """Count the reports in the database."""
    engine = await open_database(data_dir)
    async with engine.connect() as conn:
        ids = (await conn.scalars(select(report.c.id))).all()
    await engine.dispose()
    return len(ids)


def main() -> None:
    """Measure, and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=4.0, help="per part")
    parser.add_argument("--reports", type=int, default=0, help="for the memory")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        people = asyncio.run(settle(folder / "data", datetime.now(UTC)))
        with hub(folder) as (url, pid):
            time.sleep(3)
            idle_mb = memory_mb(pid)
            print(f"idle {idle_mb:.1f} MB", file=sys.stderr)
            measurement = Measurement(url, pid, people, options)
            asyncio.run(measurement.run())
        figures = {"memory_idle_mb": idle_mb, **measurement.figures}
        figures["reports_stored"] = asyncio.run(_stored_reports(folder / "data"))
    figures["load_average"] = os.getloadavg()[0]
    print(json.dumps({key: round(value, 1) for key, value in figures.items()}))


if __name__ == "__main__":
    main()
