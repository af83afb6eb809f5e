// The mention list and the page of a mention: selection, triage, keyboard shortcuts, refresh.
// Without this script every link opens a page and every button submits its form.

import "./list/keyboard.js";
import { pollPendingBadges } from "./list/refresh.js";
import { detail, isShown, list, selectRow } from "./list/rows.js";
import { correct, setStatus } from "./list/triage.js";
import { enqueue } from "./list/undo.js";

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-triage], form[data-correct]");
  if (!form || !list) return;
  event.preventDefault();
  const change = "correct" in form.dataset ? correct : setStatus;
  const { value } = event.submitter;
  enqueue(() => change(form, value));
});

// Titles open in the panel beside the list if it is shown.
list?.addEventListener("click", (event) => {
  const link = event.target.closest("[data-open]");
  const row = event.target.closest(".mention");
  if (!row || event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
  if (link && !isShown(detail)) return;
  if (link) event.preventDefault();
  else if (event.target.closest("a, button, form")) return;
  selectRow(row);
});

// Filters are open beside the list and collapsed above it on narrow screens.
const facets = document.querySelector("[data-open-wide]");
if (facets) {
  const narrow = matchMedia("(max-width: 900px)");
  const toggle = () => (facets.open = !narrow.matches);
  narrow.addEventListener("change", toggle);
  toggle();
}

pollPendingBadges();
document.addEventListener("htmx:afterSettle", () => pollPendingBadges());
