// The rows of the mention list: the selected row, moving between rows, and the panel that shows a mention in full.

export const list = document.querySelector("[data-list]");
export const detail = document.getElementById("detail");

export const isShown = (element) => Boolean(element) && getComputedStyle(element).display !== "none";

export const selectedRow = () => list?.querySelector(".mention[data-current]");

export function selectRow(row, { open = true } = {}) {
  if (!row) return;
  selectedRow()?.removeAttribute("data-current");
  row.dataset.current = "";
  row.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
  if (open && isShown(detail)) openInPanel(row);
}

export function openInPanel(row) {
  const link = row.querySelector("[data-open]");
  window.htmx.ajax("GET", link.href, { source: link, target: detail, swap: "innerHTML show:none" });
}

// Selects the row `offset` places after the selected one; past the last row, loads older mentions.
export function moveSelection(offset) {
  const rows = [...(list ?? document).querySelectorAll(".mention")];
  const index = rows.indexOf(selectedRow());
  const next = index < 0 ? (offset > 0 ? 0 : rows.length - 1) : index + offset;
  if (next >= rows.length) document.querySelector(".list-foot a[rel=next]")?.click();
  selectRow(rows[Math.min(Math.max(next, 0), rows.length - 1)]);
}

// Replaces a row by the server's HTML, keeps the selection, and returns the new row.
export function replaceRow(row, html) {
  const wasSelected = "current" in row.dataset;
  row.outerHTML = html;
  const replaced = document.getElementById(row.id);
  window.htmx.process(replaced);
  if (wasSelected) selectRow(replaced);
  return replaced;
}
