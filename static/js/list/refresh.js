// Keeps the list current: counts after a change, and sentiments that have been analyzed since.

import { correctionsOf } from "./corrections.js";
import { detail, reopen } from "./reading.js";
import { list, rowsOf, rowWith } from "./rows.js";
import { getFragment } from "./server.js";

const COUNT_DELAY_MS = 600; // one request for a series of changes
const FIRST_POLL_MS = 2000;
const LAST_POLL_MS = 60_000;
const MAX_ROWS_PER_POLL = 50;

let countTimer = 0;

export function refreshCounts() {
  clearTimeout(countTimer);
  countTimer = setTimeout(readCounts, COUNT_DELAY_MS);
}

async function readCounts() {
  const isFirst = Boolean(document.querySelector("[data-views-later]"));
  const page = await getFragment(`${list.dataset.countsUrl}${isFirst ? "&fields=1" : ""}`);
  const content = page?.querySelector("[data-views-content]");
  if (content) showCounts(page, content);
  else showFailure(); // counting took too long
}

function showCounts(page, content) {
  const views = document.getElementById("views");
  const focused = views.contains(document.activeElement) && document.activeElement.getAttribute("href");
  views.replaceChildren(...content.childNodes);
  if (focused) [...views.querySelectorAll("a")].find((link) => link.getAttribute("href") === focused)?.focus();
  document.getElementById("list-title").replaceChildren(page.querySelector("[data-count]"));
  document.querySelector("[data-pick-view]")?.replaceChildren(...page.querySelector("[data-pick-words]").childNodes);
  const fields = page.querySelector("[data-filter-fields]");
  if (fields) document.querySelector("[data-filter-fields]").replaceChildren(...fields.childNodes);
}

// Numbers that are shown already stay until the next refresh.
function showFailure() {
  const later = document.querySelector("[data-views-later]");
  if (!later) return;
  later.querySelector("[data-needs-script]").remove();
  later.querySelector("[data-views-failed]").hidden = false;
}

if (document.querySelector("[data-views-later]")) readCounts();

let pollTimer = 0;

// Polls while the list has pending badges, at growing intervals.
export function pollPendingBadges(wait = FIRST_POLL_MS) {
  clearTimeout(pollTimer);
  if (!list?.querySelector("[data-pending]")) return;
  pollTimer = setTimeout(async () => {
    if (document.visibilityState === "visible") await refreshPendingBadges();
    pollPendingBadges(Math.min(wait * 1.5, LAST_POLL_MS));
  }, wait);
}

async function refreshPendingBadges() {
  const pending = rowsOf().filter((row) => row.querySelector("[data-pending]")).slice(0, MAX_ROWS_PER_POLL);
  const query = pending.map((row) => ["ids", correctionsOf(row).map(([id]) => id).join(",")]);
  const page = await getFragment(`${list.dataset.badgesUrl}?${new URLSearchParams(query)}`);
  const analyzed = [...(page?.querySelectorAll("[data-badges]:not([data-pending])") ?? [])];
  for (const badges of analyzed) {
    const id = badges.dataset.badges;
    const row = rowWith(id);
    row?.querySelector("[data-sign]").replaceWith(page.querySelector(`[data-sign="${id}"]`));
    row?.querySelector("[data-badges]").replaceWith(badges);
  }
  if (analyzed.length) refreshCounts();
  const read = detail.querySelector("[data-reading]")?.dataset.reading;
  if (analyzed.some((badges) => badges.dataset.badges === read)) reopen();
}

// New mentions change the counts as well.
document.addEventListener("htmx:afterSettle", ({ target }) => {
  const fresh = target.id === "fresh" && target.querySelector("[data-fresh]")?.dataset.fresh;
  if (fresh && fresh !== list.dataset.fresh) refreshCounts();
  if (fresh) list.dataset.fresh = fresh;
});
