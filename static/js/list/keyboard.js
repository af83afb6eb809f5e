// Keyboard shortcuts of the mention list and of a mention's own page. dashboards/shortcuts.py lists them.

import { actionOf, isTyping } from "../shortcuts.js";
import { isCurrent, openToRead } from "./reading.js";
import { list, moveSelection, selectedRow, selectRow } from "./rows.js";
import { hasPicked, pressPicked, togglePick } from "./selection.js";
import { correct, isAboutStory, setStatus } from "./triage.js";
import { enqueue, undo } from "./undo.js";

const statuses = new Set(["to_review", "needs_reply", "replied", "ignored"]);
const labels = new Set(["positive", "neutral", "negative"]);

const actions = {
  next: () => moveSelection(1),
  previous: () => moveSelection(-1),
  open: openSelected,
  select: () => togglePick(selectedRow()),
  undo,
  show_new: () => document.querySelector("#fresh a")?.click(),
  help: () => document.getElementById("help")?.showModal(),
};

function openSelected() {
  selectRow(selectedRow());
  openToRead();
}

function decide(action) {
  const isStatus = statuses.has(action);
  if (!list) return isStatus ? use(action) : correctByKey(action);
  if (hasPicked()) {
    pressPicked(action);
    return true;
  }
  const row = selectedRow();
  if (!row || !("mayEdit" in list.dataset)) return false;
  // The row is read again when its turn comes: an earlier change has replaced it.
  const { id } = row;
  const options = { wholeStory: isAboutStory(row) };
  enqueue(() => {
    const now = document.getElementById(id);
    if (now) return isStatus ? setStatus(now, action, options) : correct(now, action, options);
  });
  return true;
}

// On the page of a mention with several keywords, a key does not say which of them to correct.
function correctByKey(label) {
  const forms = document.querySelectorAll("form[data-correct]");
  if (forms.length !== 1) return false;
  forms[0].querySelector(`[data-label=${label}][aria-pressed=false]`)?.click();
  return true;
}

// Any other key uses what a mouse would: it opens a menu at its first entry, focuses a field, or presses a button.
function use(action) {
  const element = [...document.querySelectorAll(`[data-action="${action}"]`)].find((one) => one.checkVisibility());
  if (!element || (element.closest("#detail") && !isCurrent())) return false;
  if (element.matches("summary")) {
    element.parentElement.open = true;
    element.parentElement.querySelector(":scope > :not(summary) :is(a, button, input:not([type=hidden]), select, textarea)")?.focus();
  } else if (element.matches("input, textarea, select")) {
    element.focus();
  } else {
    element.click();
  }
  return true;
}

function run(action) {
  if (statuses.has(action) || labels.has(action)) return decide(action);
  if (!Object.hasOwn(actions, action)) return use(action);
  actions[action]();
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && isTyping(event)) event.target.blur();
  const action = actionOf(event);
  if (!action || (action === "open" && !event.target.matches("[data-mention]"))) return;
  if (run(action)) event.preventDefault();
});
