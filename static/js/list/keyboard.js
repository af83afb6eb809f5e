// Keyboard shortcuts of the mention list and of a mention's own page. The help dialog of the list describes them.

import { isCurrent, openToRead } from "./reading.js";
import { list, moveSelection, selectedRow, selectRow } from "./rows.js";
import { correct, setStatus } from "./triage.js";
import { enqueue, undo } from "./undo.js";

const statuses = { a: "needs_reply", d: "replied", i: "ignored" };
const labels = { "+": "positive", "-": "negative", "=": "neutral", 0: "neutral" };

const actions = {
  j: () => moveSelection(1),
  k: () => moveSelection(-1),
  Enter: openSelected,
  o: openOriginal,
  u: undo,
  ".": () => document.querySelector("#fresh a")?.click(),
  "?": () => document.getElementById("help")?.showModal(),
};

function openSelected() {
  selectRow(selectedRow());
  openToRead();
}

function openOriginal() {
  if (isCurrent()) document.querySelector("[data-original]")?.click();
}

function decideByKey(key) {
  const status = statuses[key];
  const label = labels[key];
  if (!status && !label) return false;
  if (!list) return pressByKey(status, label);
  const row = selectedRow();
  if (!row || !("mayEdit" in list.dataset)) return false;
  const words = document.querySelector("#toast").dataset[status ?? label];
  // The row is read again when its turn comes: an earlier change has replaced it.
  const { id } = row;
  enqueue(() => {
    const now = document.getElementById(id);
    if (now) return status ? setStatus(now, status, words) : correct(now, label, { words });
  });
  return true;
}

// On the page of a mention with several keywords, a key does not say which of them to correct.
function pressByKey(status, label) {
  const forms = document.querySelectorAll(status ? "form[data-triage]" : "form[data-correct]");
  if (forms.length !== 1) return false;
  forms[0].querySelector(status ? `[value=${status}]` : `[data-label=${label}][aria-pressed=false]`)?.click();
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.target.matches("input:not([type=checkbox]), textarea, select, [contenteditable]")) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (event.key === "Enter" && !event.target.matches("[data-mention]")) return;
  if (decideByKey(event.key)) {
    event.preventDefault();
  } else if (Object.hasOwn(actions, event.key)) {
    event.preventDefault();
    actions[event.key]();
  }
});
