// Draw the load of a transformer and the level of its heat pumps with uPlot.

const QUARTER_S = 900;
const HOUR_S = 3600;
const LEFT_AXIS_PX = 52;
const TIME_AXIS_PX = 30;
const PHONE_PX = 500;

/** Return the value of a colour of the style sheet. */
const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

/** Times and numbers as this page's reader writes them, in the hub's zone. */
class Words {
  constructor({ timeZone, language, now, noLimit }) {
    // Dutch times in both languages: always 24 hours.
    this.clock = new Intl.DateTimeFormat("nl-NL", { hour: "2-digit", minute: "2-digit", timeZone });
    this.day = new Intl.DateTimeFormat(language === "nl" ? "nl-NL" : "en-GB", {
      weekday: "short", day: "numeric", month: "short", timeZone,
    });
    this.number = new Intl.NumberFormat(language === "nl" ? "nl-NL" : "en-GB", { maximumFractionDigits: 0 });
    this.timeZone = timeZone;
    this.now = now;
    this.noLimit = noLimit;
  }

  time(seconds) {
    return this.clock.format(seconds * 1000);
  }

  /** Write a tick: the day at midnight, else the time. */
  tick(seconds) {
    const time = this.time(seconds);
    return time === "00:00" ? this.day.format(seconds * 1000) : time;
  }

  power(value, unit) {
    return value == null ? "–" : `${this.number.format(value)}\u00a0${unit}`;
  }
}

/** Give every quarter hour a point at both its ends, so that lines are steps. */
function steps(quarters, valueOf) {
  return quarters.flatMap((quarter) => {
    const value = valueOf(quarter) ?? null;
    return [value, value];
  });
}

function stepTimes(quarters) {
  return quarters.flatMap(({ start }) => {
    const seconds = Date.parse(start) / 1000;
    return [seconds, seconds + QUARTER_S - 1];
  });
}

const highest = (values) => values.reduce((most, value) => Math.max(most, value ?? 0), 0);

const latest = (values, at) => values.slice(0, at + 1).findLast((value) => value != null);

/** Homes receive a level in kW with two decimals, rounded down. */
const shownLevel = ({ level_w: level }) => (level == null ? null : Math.floor(level / 10) * 10);

const MEASURED = new Set(["load", "pumps"]);
const SERIES = {
  power: [
    { name: "pumps", valueOf: (quarter) => quarter.pumps_kw, style: { width: 1.5, fill: "pumps-fill" } },
    { name: "p90", valueOf: (quarter) => quarter.p90_kw, style: { width: 1.5, dash: [6, 4] } },
    { name: "p50", valueOf: (quarter) => quarter.p50_kw, style: { width: 2 } },
    { name: "load", valueOf: (quarter) => quarter.load_kw, style: { width: 2.5 } },
    { name: "limit", valueOf: (quarter, body) => body.trafo.limit_kw, style: { width: 2 } },
  ],
  level: [{ name: "level", valueOf: shownLevel, style: { width: 2, fill: "level-fill" } }],
};
const UNITS = { power: "kW", level: "W" };

/** One uPlot with its legend. */
class Chart {
  constructor(kind, root, words, onCursor) {
    this.kind = kind;
    this.words = words;
    this.onCursor = onCursor;
    this.element = root.querySelector(`[data-chart="${kind}"]`);
    this.legend = root.querySelector(`[data-legend="${kind}"]`);
    this.plot = null;
    new ResizeObserver(() => this.plot?.setSize(this.size())).observe(this.element);
  }

  show(body) {
    this.body = body;
    const quarters = body.quarter_hours;
    this.now = Date.parse(body.now) / 1000;
    this.data = [
      stepTimes(quarters),
      ...SERIES[this.kind].map(({ valueOf }) => steps(quarters, (quarter) => valueOf(quarter, body))),
    ];
    // The pumps' sum is not shown when too few homes share it.
    SERIES[this.kind].forEach(({ name }, index) => {
      this.legend.querySelector(`[data-series="${name}"]`).hidden = !this.data[index + 1].some((value) => value != null);
    });
    if (this.plot) this.plot.setData(this.data);
    else this.build();
    this.read(null);
  }

  build() {
    this.plot?.destroy();
    this.plot = new uPlot(this.options(), this.data, this.element);
  }

  size() {
    return { width: this.element.clientWidth, height: this.element.clientHeight };
  }

  options() {
    const narrow = this.element.clientWidth < PHONE_PX;
    return {
      ...this.size(),
      padding: [28, 14, 0, 0],
      legend: { show: false },
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), this.words.timeZone),
      cursor: { y: false, drag: { x: false, y: false }, points: { show: false }, sync: { key: "dalen" } },
      scales: { y: { range: () => [0, this.top()] } },
      axes: [this.timeAxis(narrow), this.valueAxis()],
      series: [{}, ...SERIES[this.kind].map(({ name, style }) => this.line(name, style))],
      bands: this.kind === "power" ? [{ series: [2, 3], fill: color("band") }] : [],
      hooks: {
        draw: [(plot) => this.drawUnit(plot), (plot) => this.drawNow(plot)],
        setCursor: [(plot) => this.onCursor(plot.cursor.idx)],
      },
    };
  }

  line(name, { fill, ...style }) {
    return {
      ...style,
      label: name,
      stroke: color(name),
      fill: fill && color(fill),
      points: { show: false },
    };
  }

  timeAxis(narrow) {
    return {
      ...this.axisStyle(),
      size: TIME_AXIS_PX,
      space: narrow ? 54 : 72,
      incrs: [1, 2, 3, 6, 12, 24].map((hours) => hours * HOUR_S),
      values: (_, splits) => splits.map((seconds) => this.words.tick(seconds)),
    };
  }

  valueAxis() {
    return {
      ...this.axisStyle(),
      size: LEFT_AXIS_PX,
      space: 36,
      values: (_, splits) => splits.map((value) => this.words.number.format(value)),
    };
  }

  axisStyle() {
    return {
      stroke: color("quiet"),
      font: "12px system-ui, sans-serif",
      grid: { stroke: color("grid"), width: 1 },
      ticks: { stroke: color("grid"), width: 1, size: 5 },
    };
  }

  top() {
    return (this.data.slice(1).reduce((most, values) => Math.max(most, highest(values)), 0) || 1) * 1.12;
  }

  drawUnit({ ctx, bbox }) {
    const ratio = devicePixelRatio;
    ctx.save();
    ctx.fillStyle = color("quiet");
    ctx.font = `${12 * ratio}px system-ui, sans-serif`;
    ctx.textAlign = "right";
    ctx.textBaseline = "bottom";
    ctx.fillText(UNITS[this.kind], bbox.left - 10 * ratio, bbox.top - 12 * ratio);
    ctx.restore();
  }

  drawNow(plot) {
    const { ctx, bbox } = plot;
    const ratio = devicePixelRatio;
    const x = Math.round(plot.valToPos(this.now, "x", true));
    if (x < bbox.left || x > bbox.left + bbox.width) return;
    ctx.save();
    ctx.strokeStyle = ctx.fillStyle = color("now");
    ctx.lineWidth = ratio;
    ctx.setLineDash([2 * ratio, 3 * ratio]);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.font = `600 ${12 * ratio}px system-ui, sans-serif`;
    ctx.textAlign = "center";
    ctx.textBaseline = "bottom";
    ctx.fillText(this.words.now, x, bbox.top - 3 * ratio);
    ctx.restore();
  }

  /** Write the values under the cursor into the legend; without one, those of now. */
  read(index) {
    const times = this.data[0];
    const at = index ?? times.findLastIndex((seconds) => seconds <= this.now);
    SERIES[this.kind].forEach(({ name }, series) => {
      const values = this.data[series + 1];
      // What is measured comes after its quarter hour: then the latest is "now".
      const value = index == null && MEASURED.has(name) ? latest(values, at) : values[at];
      const text = name === "level" && value == null ? this.words.noLimit : this.words.power(value, UNITS[this.kind]);
      this.legend.querySelector(`[data-series="${name}"] .value`).textContent = text;
    });
    const time = this.legend.querySelector(".time");
    if (time) time.textContent = index == null || at < 0 ? this.words.now : `${this.words.day.format(times[at] * 1000)} ${this.words.time(times[at])}`;
  }
}

/** Both charts of a page; one cursor reads both. */
export class Charts {
  constructor(root) {
    const words = new Words(root.dataset);
    const onCursor = (index) => this.all.forEach((chart) => chart.data && chart.read(index));
    this.levelSection = root.querySelector('[data-section="level"]');
    this.all = ["power", "level"].map((kind) => new Chart(kind, root, words, onCursor));
  }

  show(body) {
    // A chart of nothing says nothing: the sentence on top does.
    this.levelSection.hidden = !body.quarter_hours.some((quarter) => quarter.level_w != null);
    this.all.forEach((chart) => {
      if (chart.kind === "power" || !this.levelSection.hidden) chart.show(body);
    });
  }

  rebuild() {
    this.all.forEach((chart) => chart.plot && chart.build());
  }
}
