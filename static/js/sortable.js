// Reorders elements by dragging: `handles` within `items` of a list; `stored` is called once an item is dropped.

export function sortable(list, items, handles, stored) {
  let held = null;
  list.addEventListener("dragstart", (event) => {
    held = event.target.closest?.(handles)?.closest(items);
    if (held) event.dataTransfer.effectAllowed = "move";
  });
  list.addEventListener("dragover", (event) => {
    const over = held && event.target.closest(items);
    if (!over) return;
    event.preventDefault();
    if (over === held) return;
    const isAfter = held.compareDocumentPosition(over) & Node.DOCUMENT_POSITION_FOLLOWING;
    over[isAfter ? "after" : "before"](held);
  });
  list.addEventListener("drop", (event) => held && event.preventDefault());
  list.addEventListener("dragend", () => {
    if (held) stored(held);
    held = null;
  });
  for (const handle of list.querySelectorAll(handles)) handle.draggable = true;
}
