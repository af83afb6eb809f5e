// The reading pane: shows the selected mention. On phones it takes the place of the list, and "Back" returns.

import { carryOver } from "./carry_over.js";
import { getFragment } from "./server.js";
import { list, moveSelection, selectedRow } from "./rows.js";

export const detail = document.getElementById("detail");

const inbox = document.querySelector(".inbox");
const phone = matchMedia("(max-width: 47.99rem)");
const copyOf = (id) => document.getElementById(id).content.cloneNode(true);

let scrolled = 0; // of the list, on phones
let wanted = ""; // the URL that was asked for last: a slower response to an earlier one is dropped
let shown = ""; // the URL of what the pane has

// Whether the pane shows the selected mention already.
export const isCurrent = () => shown === wanted;

export const isReading = () => Boolean(detail?.querySelector("[data-reading]"));

export async function openInPane(row) {
  const { href } = row.querySelector("[data-open]");
  wanted = href;
  const isHere = idIn(detail) === row.dataset.mention;
  const waiting = setTimeout(() => wanted === href && !isHere && detail.replaceChildren(copyOf("loading")), 250);
  const page = await getFragment(href);
  clearTimeout(waiting);
  if (wanted !== href) return;
  shown = href;
  if (page?.querySelector("[data-reading]")) fill(page);
  else detail.replaceChildren(copyOf("not-loaded"));
}

const idIn = (pane) => pane.querySelector("[data-reading]")?.dataset.reading;

// A new copy of the same mention takes over what the person was doing there.
function fill(page) {
  const restore = idIn(detail) === idIn(page) ? carryOver(detail) : null;
  detail.replaceChildren(...page.body.childNodes);
  window.htmx.process(detail);
  restore?.();
  detail.dispatchEvent(new CustomEvent("vigie:opened", { bubbles: true }));
}

// Shows the pane of a row that a response has brought along.
export function showInPane(row, page) {
  wanted = row.querySelector("[data-open]").href;
  shown = wanted;
  fill(page);
}

export const reopen = () => selectedRow() && isReading() && openInPane(selectedRow());

// Only opening a mention changes what a phone shows; moving the selection does not.
export function openToRead() {
  if (!phone.matches || inbox.dataset.show === "reading") return;
  scrolled = scrollY;
  inbox.dataset.show = "reading";
  history.pushState({ reading: true }, "");
  scrollTo(0, 0);
}

function showList() {
  if (inbox?.dataset.show !== "reading") return;
  inbox.dataset.show = "list";
  scrollTo(0, scrolled);
  selectedRow()?.focus({ preventScroll: true });
}

list?.addEventListener("vigie:select", (event) => openInPane(event.target));

list?.addEventListener("vigie:empty", () => {
  wanted = "";
  detail.replaceChildren();
  if (inbox.dataset.show === "reading") history.back();
});

addEventListener("popstate", showList);

detail?.addEventListener("click", (event) => {
  if (event.target.closest("[data-to-list]")) history.back();
  const step = event.target.closest("[data-step]");
  if (step) moveSelection(Number(step.dataset.step));
});
