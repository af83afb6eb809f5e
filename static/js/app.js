// What every page does: menus close, colours change at once, live parts are refreshed while someone looks.
// Modules here import nothing from each other: their names carry a hash in production, which an import would miss.

const TICK_MS = 30_000;

function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (menu !== except) menu.open = false;
  }
}

document.addEventListener("click", (event) => closeMenus(event.target.closest("details.menu")));

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = document.querySelector("details.menu[open]");
  if (!open) return;
  closeMenus(null);
  open.querySelector("summary").focus();
});

// "/" goes to the page's own search, else to the one in the rail.
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.matches("input, textarea, select, [contenteditable]") || document.querySelector("dialog[open]")) return;
  const box = document.getElementById("search") ?? document.getElementById("find");
  if (!box) return;
  event.preventDefault();
  box.focus();
});

// Colours: the form works without this; here it changes them without a reload.
document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-theme-choice]")) return;
  event.preventDefault();
  const theme = event.submitter.value;
  document.cookie = `theme=${theme}; path=/; max-age=31536000; samesite=lax`;
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
  for (const button of document.querySelectorAll("button[name=theme]")) {
    button.setAttribute("aria-pressed", String(button.value === theme));
  }
  document.dispatchEvent(new CustomEvent("vigie:theme"));
});

// Live parts say hx-trigger="vigie:tick from:body": htmx alone would go on asking in a hidden tab.
setInterval(() => {
  if (document.visibilityState === "visible") document.body.dispatchEvent(new CustomEvent("vigie:tick"));
}, TICK_MS);

// <button data-opens="id">: opens that <dialog>; without this script the link or form around it does the work.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  const dialog = opener && document.getElementById(opener.dataset.opens);
  if (!dialog) return;
  event.preventDefault();
  dialog.showModal();
});

document.addEventListener("click", (event) => {
  const closer = event.target.closest("dialog [data-closes]");
  if (closer) closer.closest("dialog").close();
});

// <form data-busy="Looking…">: what takes a while says so, and is not sent twice.
document.addEventListener("submit", (event) => {
  const words = event.target.dataset.busy;
  const button = words && event.submitter;
  if (!button || event.defaultPrevented) return;
  button.textContent = words;
  button.setAttribute("aria-busy", "true");
  setTimeout(() => (button.disabled = true));
});

// Coming back by the browser's own "back" to a form that was sent: let it be sent again.
addEventListener("pageshow", (event) => {
  if (event.persisted && document.querySelector("[aria-busy]")) location.reload();
});

// Signed out in the meantime: the answer is the sign-in page, which is no part of this one.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { finalRequestPath, responsePath } = event.detail.pathInfo;
  const path = (address) => new URL(address, location.href).pathname;
  if (!responsePath || path(responsePath) === path(finalRequestPath)) return;
  event.preventDefault();
  location.reload();
});
