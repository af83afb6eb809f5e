// Keeps the list current: facet counts after a change, and badges whose sentiment has been analyzed since.

import { correctionsOf } from "./corrections.js";
import { detail, isShown, list, openInPanel, selectedRow } from "./rows.js";

const COUNT_DELAY_MS = 600; // one request for a series of changes
const FIRST_POLL_MS = 2000;
const LAST_POLL_MS = 60_000;
const MAX_ROWS_PER_POLL = 50;

let countTimer = 0;

export function refreshCounts() {
  clearTimeout(countTimer);
  countTimer = setTimeout(async () => {
    const response = await fetch(location.href).catch(() => null);
    if (!response?.ok) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const facets = page.querySelector(".facets");
    if (facets) document.querySelector(".facets").replaceChildren(...facets.childNodes);
  }, COUNT_DELAY_MS);
}

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
  const pending = [...list.querySelectorAll(".mention:has([data-pending])")].slice(0, MAX_ROWS_PER_POLL);
  const query = pending.map((row) => ["ids", correctionsOf(row).map(([id]) => id).join(",")]);
  const response = await fetch(`${list.dataset.badgesUrl}?${new URLSearchParams(query)}`).catch(() => null);
  if (!response?.ok || response.redirected) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const analyzed = [...page.querySelectorAll("[data-badges]:not([data-pending])")];
  for (const badges of analyzed) {
    list.querySelector(`#mention-${badges.dataset.badges} [data-badges]`)?.replaceWith(badges);
  }
  if (analyzed.length) refreshCounts();
  const selected = selectedRow();
  if (selected && isShown(detail) && detail.querySelector(".sentiment-badge.pending")) openInPanel(selected);
}
