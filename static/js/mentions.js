// The mention list and the page of a mention: selection, reading, triage, keyboard shortcuts, refresh.
// Without this script every link opens a page and every button submits its form.

import "./list/keyboard.js";
import { openToRead } from "./list/reading.js";
import { pollPendingBadges } from "./list/refresh.js";
import { list, rowAt, rowWith, selectRow } from "./list/rows.js";
import { correct, setStatus } from "./list/triage.js";
import { enqueue } from "./list/undo.js";

// The forms of the reading pane change the row that they are about.
document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-triage], form[data-correct]");
  const id = form?.dataset.triage ?? form?.dataset.correct;
  if (!list || !id || !rowWith(id)) return;
  event.preventDefault();
  const { value, textContent } = event.submitter;
  const words = textContent.trim();
  enqueue(() => {
    const row = rowWith(id);
    return "triage" in form.dataset ? setStatus(row, value, words) : correct(row, value, { form, words });
  });
});

// Titles open in the reading pane.
list?.addEventListener("click", (event) => {
  const row = rowAt(event.target);
  if (!row || event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
  const isTitle = event.target.closest("[data-open]");
  if (!isTitle && event.target.closest("a, button, input, label")) return;
  event.preventDefault();
  selectRow(row);
  openToRead();
});

// On narrow screens the views are behind a button.
const views = document.querySelector("[data-views]");
views?.addEventListener("click", () => {
  const inbox = document.querySelector(".inbox");
  const isOpen = inbox.dataset.views === "open";
  inbox.dataset.views = isOpen ? "" : "open";
  views.setAttribute("aria-expanded", String(!isOpen));
});

pollPendingBadges();
document.addEventListener("htmx:afterSettle", () => pollPendingBadges());
