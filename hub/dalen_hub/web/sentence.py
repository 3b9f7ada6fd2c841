"""Say in one plain sentence who is limited, when, and to how much."""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Final

from .chart import Chart, LimitSpan, limit_spans
from .language import Texts

# Hours of the local day at which its parts begin.
_PARTS: Final = ((17, "evening"), (12, "afternoon"), (6, "morning"), (0, "night"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What stands on top of the page."""

    headline: str
    remark: str
    limited_now: bool


def summarize(chart: Chart, texts: Texts, zone: tzinfo) -> Summary:
    """Return the sentence of one trafo, and one remark that completes it."""
    speaker = _Speaker(texts, chart.now.astimezone(zone), chart.is_uniform)
    ahead = chart.ahead
    spans = limit_spans(ahead)
    limited_now = bool(spans) and spans[0].start <= chart.now
    if not ahead:
        headline, remark = texts("summary.no_plan"), texts("summary.no_plan_remark")
    elif not spans:
        headline = texts("summary.free")
        remark = texts("summary.free_until", end=speaker.moment(ahead[-1].end))
    elif limited_now:
        headline = speaker.limited_until(spans[0])
        remark = speaker.afterwards(spans[1:])
    else:
        headline = speaker.limited_from(spans[0])
        remark = texts("summary.free")
    if chart.homes_joined == 0:
        remark = texts("summary.no_homes")
    return Summary(headline=headline, remark=remark, limited_now=limited_now)


@dataclass(frozen=True, slots=True)
class _Speaker:
    """Words for times and amounts, as seen from one local instant."""

    texts: Texts
    now: datetime
    is_uniform: bool = True

    def limited_until(self, span: LimitSpan) -> str:
        """Say how long the running limit lasts."""
        return self.texts(
            "summary.limited_until",
            end=self.moment(span.end),
            amount=self.amount(span),
        )

    def limited_from(self, span: LimitSpan) -> str:
        """Say when a coming limit begins and ends."""
        return self.texts("summary.limited_from", **self._span_words(span))

    def afterwards(self, spans: tuple[LimitSpan, ...]) -> str:
        """Say what comes after the running limit."""
        if not spans:
            return self.texts("summary.then_free")
        words = self._span_words(spans[0])
        words["part"] = words["part"][0].lower() + words["part"][1:]
        return self.texts("summary.then_limited", **words)

    def _span_words(self, span: LimitSpan) -> dict[str, str]:
        """Return the words of a span that is still to come."""
        start, end = self._local(span.start), self._local(span.end)
        same_day = span.end - span.start < timedelta(hours=12)
        return {
            "part": self.part_of_day(start),
            "start": f"{start:%H:%M}",
            "end": f"{end:%H:%M}" if same_day else self.moment(span.end),
            "amount": self.amount(span),
        }

    def amount(self, span: LimitSpan) -> str:
        """Return the level of a span in watts; the lowest one when it varies."""
        lowest, highest = shown_level_w(span.lowest_w), shown_level_w(span.highest_w)
        if highest == 0:
            return self.texts("amount.nothing")
        number = self.texts.number
        if not self.is_uniform:
            return self.texts("amount.lowest", low=number(lowest))
        if lowest == highest:
            return self.texts("amount.one", level=number(highest))
        return self.texts("amount.range", low=number(lowest))

    def moment(self, instant: datetime) -> str:
        """Return a time of day, with its day unless that is today."""
        local = self._local(instant)
        return day_and_time(local, self.now, self.texts)

    def part_of_day(self, local: datetime) -> str:
        """Return words such as "This evening" or "Tomorrow morning"."""
        part = next(name for hour, name in _PARTS if local.hour >= hour)
        days = (local.date() - self.now.date()).days
        if part == "night" and local - self.now < timedelta(days=1):
            days = 0
        if days not in (0, 1):
            return self.texts(f"on_day.{local.weekday()}")
        return self.texts(f"part.{'today' if days == 0 else 'tomorrow'}.{part}")

    def _local(self, instant: datetime) -> datetime:
        """Return an instant in the zone of the hub."""
        return instant.astimezone(self.now.tzinfo)


def shown_level_w(level_w: float) -> int:
    """Return a level as homes receive it: in kW with two decimals, rounded down."""
    return int(level_w // 10 * 10)


def day_and_time(local: datetime, now: datetime, texts: Texts) -> str:
    """Return "20:30", "tomorrow 06:45" or "Wednesday 06:45"."""
    days = (local.date() - now.date()).days
    if days == 0:
        return f"{local:%H:%M}"
    day = texts("tomorrow") if days == 1 else texts(f"day.{local.weekday()}")
    return f"{day} {local:%H:%M}"
