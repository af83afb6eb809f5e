// Runs changes one at a time, and undoes them, the latest first.

import { hideToast, showNotSaved } from "./toast.js";

const changes = []; // functions that send the former state to the server and show it

let queue = Promise.resolve();

// Each change reads what the previous one has saved, so keys pressed faster than the server responds must wait.
export function enqueue(change) {
  queue = queue.then(change).catch(showNotSaved);
}

export function rememberChange(restore) {
  changes.push(restore);
}

export const undo = () =>
  enqueue(() => {
    hideToast();
    return changes.pop()?.();
  });
