// Selecting rows and changing them together: checkboxes, ranges, all that is shown, all in the view, and undo.
// The toolbar is a form that works without this script; its checkboxes are in the rows.

import { pollPendingBadges, refreshCounts } from "./refresh.js";
import { idsOf, list, listField, placeOf, replaceRow, returnRow, rowsOf, rowWith } from "./rows.js";
import { post } from "./server.js";
import { showToast } from "./toast.js";
import { enqueue, rememberChange, undo } from "./undo.js";

const MAX_ROWS = 200; // per change, as the server accepts

const form = document.querySelector("[data-picked]");
const boxOf = (row) => row?.querySelector("[data-pick]");
const pickedRows = () => rowsOf().filter((row) => boxOf(row)?.checked);
const itemsOf = (row) => 1 + Number(row.dataset.others ?? 0);

let last = null; // the checkbox that was changed last: the start of a range

export const hasPicked = () => Boolean(form) && pickedRows().length > 0;

// Presses the button of the toolbar: keys and mouse share one path.
export const pressPicked = (status) => form.querySelector(`[data-pick-status="${status}"]`)?.click();

export function togglePick(row) {
  const box = boxOf(row);
  if (!box) return;
  box.checked = !box.checked;
  last = box;
  update();
}

function setScope(scope) {
  form.querySelector("[data-scope]").value = scope;
}

function update() {
  if (!form) return;
  const rows = pickedRows();
  const { many, items, view } = form.querySelector("[data-words]").dataset;
  const shown = rowsOf().length;
  const isAll = rows.length > 0 && rows.length === Math.min(shown, MAX_ROWS);
  const isView = form.querySelector("[data-scope]").value === "view";
  const count = rows.reduce((sum, row) => sum + itemsOf(row), 0);
  const words = count > rows.length ? items : many;
  const text = isView ? view : words.replace("{number}", rows.length).replace("{items}", count);
  form.querySelector("[data-picked-count]").textContent = text;
  form.querySelector("[data-pick-none]").hidden = false;
  form.querySelector("[data-pick-all]").hidden = isAll;
  form.querySelector("[data-pick-view]").hidden = !isAll || isView || !list.querySelector("a[rel=next], a[rel=prev]");
}

function pickAll() {
  for (const row of rowsOf().slice(0, MAX_ROWS)) boxOf(row).checked = true;
  update();
}

// Shift and a click select or clear everything from the checkbox before.
list?.addEventListener("click", (event) => {
  const box = event.target.closest?.("[data-pick]");
  if (!box) return;
  if (event.shiftKey && last?.isConnected) {
    const boxes = rowsOf().map(boxOf);
    const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].toSorted((a, b) => a - b);
    for (const each of boxes.slice(from, to + 1)) each.checked = box.checked;
  }
  last = box;
  setScope("");
  update();
});

form?.addEventListener("click", (event) => {
  if (event.target.closest("[data-pick-all]")) pickAll();
  if (event.target.closest("[data-pick-none]")) clearAll();
  if (event.target.closest("[data-pick-view]")) {
    setScope("view");
    update();
  }
});

function clearAll() {
  for (const row of pickedRows()) boxOf(row).checked = false;
  last = null;
  setScope("");
  update();
}

// Enter in the field of tags adds the tag.
form?.addEventListener("keydown", (event) => {
  const { enter } = event.target.dataset;
  if (event.key !== "Enter" || !enter) return;
  event.preventDefault();
  form.querySelector(`[value="${enter}"]`).click();
});

form?.addEventListener("submit", (event) => {
  if (event.submitter.hasAttribute("formaction")) return; // mutes change other rows, too: the page loads again
  event.preventDefault();
  const change = [["change", event.submitter.value], ...tagField()];
  for (const menu of form.querySelectorAll("details[open]")) menu.open = false;
  if (form.querySelector("[data-scope]").value === "view") enqueue(() => askForView(change));
  else if (pickedRows().length) enqueue(() => changePicked(change));
});

function tagField() {
  const field = form.querySelector("[name=tag]");
  return field.value.trim() ? [["tag", field.value]] : [];
}

async function changePicked(change) {
  const rows = pickedRows();
  const ids = rows.flatMap(idsOf);
  const places = rows.map((row) => [row.dataset.mention, placeOf(row)]);
  const readAt = Math.min(...rows.map((row) => Number(row.dataset.readAt)));
  const result = parse(await post(form.action, [...ids, ...change, ["read_at", readAt], listField()]));
  const refused = result.querySelector("[data-refused]");
  if (refused) return showToast(refused.textContent);
  clearAll();
  form.querySelector("[name=tag]").value = "";
  for (const row of result.querySelectorAll("[data-mention]")) {
    const present = rowWith(row.dataset.mention);
    if (present) replaceRow(present, row.outerHTML);
  }
  refresh();
  const { entry, words } = result.querySelector("[data-changed]").dataset;
  if (entry) rememberChange(() => undoPicked(entry, ids, places));
  showToast(words, entry ? { onUndo: undo } : {});
}

async function undoPicked(entry, ids, places) {
  const result = parse(await post(form.dataset.undoUrl, [["entry", entry], ...ids, listField()]));
  // From the last to the first: each place is the row that followed.
  for (const [id, place] of places.toReversed()) {
    const row = result.querySelector(`[data-mention="${id}"]`);
    if (row) returnRow(row.outerHTML, place);
  }
  refresh();
}

async function askForView(change) {
  const next = form.querySelector("[name=next]").value;
  const fields = [...change, ["scope", "view"], ["next", next], listField()];
  const dialog = document.getElementById("question");
  const result = parse(await post(form.action, fields));
  const refused = result.querySelector("[data-refused]");
  if (refused) return showToast(refused.textContent);
  dialog.replaceChildren(...result.body.childNodes);
  dialog.showModal();
}

document.getElementById("question")?.addEventListener("submit", (event) => {
  event.preventDefault();
  const dialog = event.currentTarget;
  const fields = [...new FormData(event.target)];
  dialog.close();
  clearAll();
  enqueue(async () => {
    const place = document.getElementById("bulk-place");
    place.replaceChildren(...parse(await post(form.action, fields)).body.childNodes);
    window.htmx.process(place);
    refresh();
  });
});

// When a change of the whole view is finished, the counts are other ones.
document.addEventListener("htmx:afterSettle", ({ target }) => {
  if (target.id === "bulk" && "finished" in target.dataset) refreshCounts();
  update();
});

function refresh() {
  refreshCounts();
  pollPendingBadges();
}

const parse = (html) => new DOMParser().parseFromString(html, "text/html");

// In the capture phase: a menu that Escape closes is still open then, and the selection stays.
function clearByKey(event) {
  if (event.key !== "Escape" || event.target.matches("input:not([type=checkbox]), textarea, select")) return;
  if (hasPicked() && !document.querySelector("dialog[open], details.menu[open]")) clearAll();
}

document.addEventListener("keydown", clearByKey, true);

// A browser that returns to the page may have kept the checkboxes.
update();
