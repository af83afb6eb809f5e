// The mention list and the page of a mention: selection, reading, triage, keyboard shortcuts, refresh.
// Without this script every link opens a page and every button submits its form.

import "./list/answer.js";
import "./list/keyboard.js";
import "./list/names.js";
import "./list/presence.js";
import { openToRead } from "./list/reading.js";
import { pollPendingBadges } from "./list/refresh.js";
import { list, rowAt, rowWith, selectRow } from "./list/rows.js";
import "./list/saved_replies.js";
import "./list/selection.js";
import "./list/sending.js";
import { change, correct, isAboutStory } from "./list/triage.js";
import { enqueue } from "./list/undo.js";

// The forms of the reading pane change the row that they are about.
document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-triage], form[data-correct]");
  const id = form?.dataset.triage ?? form?.dataset.correct;
  if (!list || !id || !rowWith(id)) return;
  event.preventDefault();
  const { submitter } = event;
  const wholeStory = isAboutStory(rowWith(id));
  if ("triage" in form.dataset) {
    const fields = [...new FormData(form, submitter)];
    closeMenuOf(form);
    enqueue(async () => {
      const row = rowWith(id);
      if (row && (await change(row, form.action, fields, { wholeStory }))) form.reset();
    });
  } else {
    enqueue(() => correct(rowWith(id), submitter.value, { wholeStory, form }));
  }
});

function closeMenuOf(form) {
  const menu = form.closest("details.menu");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
}

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
