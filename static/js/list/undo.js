// Runs changes one at a time, and undoes them, the latest first.

import { selectRow } from "./rows.js";
import { hideToast, showNotSaved } from "./toast.js";

const changes = []; // { rowId, restore }: `restore(row)` sends the former state to the server

let queue = Promise.resolve();

// Each change reads what the previous one has saved, so keys pressed faster than the server responds must wait.
export function enqueue(change) {
  queue = queue.then(change).catch(showNotSaved);
}

export function rememberChange(rowId, restore) {
  changes.push({ rowId, restore });
}

export const undo = () => enqueue(undoLatest);

async function undoLatest() {
  const change = changes.pop();
  const row = change && document.getElementById(change.rowId);
  if (!row) return;
  hideToast();
  await change.restore(row);
  selectRow(document.getElementById(change.rowId));
}
