// Keep the charts of a status page fresh.
import { Charts } from "./charts.js";

const REFRESH_MS = 10_000;

const root = document.getElementById("charts");
const lost = document.getElementById("connection");
const charts = new Charts(root);

async function refresh() {
  try {
    const answer = await fetch(root.dataset.source, {
      headers: { Accept: "application/json" },
      signal: AbortSignal.timeout(REFRESH_MS),
    });
    if (!answer.ok) throw new Error(`The hub answered ${answer.status}`);
    charts.show(await answer.json());
    lost.hidden = true;
  } catch {
    // The next round tries again; meanwhile the reader must know.
    lost.hidden = false;
  }
}

async function keepFresh() {
  if (!document.hidden) await refresh();
  setTimeout(keepFresh, REFRESH_MS);
}

/** Count down what is left of an emergency stop. */
function countDown() {
  for (const element of document.querySelectorAll("[data-until]")) {
    const seconds = Math.max(0, Math.floor((Date.parse(element.dataset.until) - Date.now()) / 1000));
    element.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  }
}

setInterval(countDown, 1000);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => charts.rebuild());
keepFresh();
