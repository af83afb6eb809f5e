// Keyboard shortcuts of the mention list and of a mention's own page. The help dialog of the list describes them.

import { detail, isShown, list, moveSelection, selectedRow, selectRow } from "./rows.js";
import { correct, setStatus } from "./triage.js";
import { enqueue, undo } from "./undo.js";

const statuses = { a: "needs_reply", d: "replied", x: "ignored" };
const labels = { "+": "positive", "-": "negative", "=": "neutral", 0: "neutral" };

const actions = {
  j: () => moveSelection(1),
  k: () => moveSelection(-1),
  Enter: openSelected,
  o: openOriginal,
  u: undo,
  "?": () => document.getElementById("help")?.showModal(),
};

function openSelected() {
  if (isShown(detail)) selectRow(selectedRow());
  else selectedRow()?.querySelector("[data-open]").click();
}

function openOriginal() {
  const original = (isShown(detail) || !list) && document.querySelector("[data-original]");
  if (original) original.click();
  else selectedRow()?.querySelector("[data-open]").click();
}

// The forms that a key can submit: of the selected row, or of the page of a single mention.
function formsFor(selector) {
  const scope = list ? selectedRow() : document;
  return scope ? [...scope.querySelectorAll(selector)] : [];
}

function submitByKey(key) {
  const status = statuses[key];
  const label = labels[key];
  if (!status && !label) return false;
  const forms = formsFor(status ? "form[data-triage]" : "form[data-correct]");
  // On the page of a mention with several keywords, a key does not say which of them to correct.
  if (forms.length !== 1) return false;
  const [form] = forms;
  if (!list) form.querySelector(status ? `[value=${status}]` : `[data-label=${label}][aria-pressed=false]`)?.click();
  else enqueue(() => (status ? setStatus(form, status) : correct(form, label)));
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.target.matches("input, textarea, select, [contenteditable]")) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (event.key === "Enter" && !event.target.matches(".mention")) return;
  if (submitByKey(event.key)) {
    event.preventDefault();
  } else if (actions[event.key]) {
    event.preventDefault();
    actions[event.key]();
  }
});
