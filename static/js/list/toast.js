// The message at the bottom of the page, with an optional undo button. The <template id="toast"> has its markup.

const DURATION_MS = 8000;

let timer = 0;

export function hideToast() {
  document.querySelector(".toast")?.remove();
  clearTimeout(timer);
}

export function showToast(text, { onUndo = null } = {}) {
  hideToast();
  const toast = document.createElement("div");
  toast.className = "toast";
  toast.setAttribute("role", "status");
  toast.append(document.getElementById("toast").content.cloneNode(true));
  toast.querySelector(".toast-text").textContent = text;
  const button = toast.querySelector("button");
  if (onUndo) button.addEventListener("click", onUndo);
  else button.remove();
  document.body.append(toast);
  timer = setTimeout(hideToast, DURATION_MS);
}

export function showNotSaved() {
  showToast(document.getElementById("toast").dataset.failed);
}
