// The rows of the mention list: the selected row, moving between rows, leaving and returning rows.

export const list = document.querySelector("[data-list]");

const ROW = "[data-mention]";

export const rowsOf = () => [...(list?.querySelectorAll(ROW) ?? [])];
export const selectedRow = () => list?.querySelector(`${ROW}[aria-current]`);
export const rowAt = (element) => element.closest?.(ROW);
export const rowWith = (id) => document.getElementById(`mention-${id}`);
export const idsOf = (row) => row.dataset.ids.split(" ").map((id) => ["id", id]);

export function selectRow(row, { takesFocus = true } = {}) {
  if (!row) return;
  selectedRow()?.removeAttribute("aria-current");
  row.setAttribute("aria-current", "true");
  if (takesFocus) row.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
  row.dispatchEvent(new CustomEvent("vigie:select", { bubbles: true }));
}

// Selects the row `offset` places after the selected one; past the last row, loads older mentions.
export function moveSelection(offset) {
  const rows = rowsOf();
  const index = rows.indexOf(selectedRow());
  const next = index < 0 ? (offset > 0 ? 0 : rows.length - 1) : index + offset;
  if (next >= rows.length) list.querySelector("a[rel=next]")?.click();
  selectRow(rows[Math.min(Math.max(next, 0), rows.length - 1)]);
}

// To post with every change of a row: the response then says whether the list still has it, by data-fits.
export const listField = () => ["list", list.dataset.query];

function rowFrom(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html.trim();
  return holder.content.querySelector(ROW);
}

// Shows a changed row in the place of the former one. If it was selected and leaves, the next one is selected.
export function replaceRow(row, html) {
  const changed = rowFrom(html);
  const wasSelected = row.hasAttribute("aria-current");
  const takesFocus = !document.activeElement.closest("#detail");
  const neighbor = row.nextElementSibling?.matches(ROW) ? row.nextElementSibling : row.previousElementSibling;
  if (changed.dataset.fits !== "no") {
    row.replaceWith(changed);
    if (wasSelected) selectRow(changed, { takesFocus });
    return changed;
  }
  row.remove();
  if (wasSelected && neighbor?.matches(ROW)) selectRow(neighbor);
  else if (wasSelected) list.dispatchEvent(new CustomEvent("vigie:empty", { bubbles: true }));
  return changed;
}

// Shows the present values of a row without opening it again: the pane has something to say about it.
export function updateRow(row, html) {
  const changed = rowFrom(html);
  selectedRow()?.removeAttribute("aria-current");
  changed.setAttribute("aria-current", "true");
  row.replaceWith(changed);
}

// The row of a story, in a list that has one for each: another item of it is its first one now.
function rowOfStory(story) {
  const isFolded = new URLSearchParams(list.dataset.query).get("stories") === "fold";
  return isFolded && story ? list.querySelector(`${ROW}[data-story="${story}"]`) : null;
}

// Where a row stands, so that an undo returns it there.
export function placeOf(row) {
  return { parent: row.parentElement, next: row.nextElementSibling };
}

export function returnRow(html, place) {
  const row = rowFrom(html);
  const present = rowWith(row.dataset.mention) ?? rowOfStory(row.dataset.story);
  if (present) present.replaceWith(row);
  else place.parent.insertBefore(row, place.next?.isConnected ? place.next : place.parent.firstElementChild);
  selectRow(row);
}
