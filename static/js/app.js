// On every page: the search shortcut, the color theme, dialogs, busy buttons, and periodic refreshes.

import { actionOf } from "./shortcuts.js";

const TICK_MS = 30_000;

// The search key ("/") focuses the page's own search field, or opens the search page.
document.addEventListener("keydown", (event) => {
  if (actionOf(event) !== "search") return;
  const field = document.getElementById("search") ?? document.getElementById("find");
  const link = document.querySelector("[data-search-link]");
  if (!field && !link) return;
  event.preventDefault();
  if (field) field.focus();
  else link.click();
});

// The theme form works without JavaScript; with it, the colors change without a reload.
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

// For elements with hx-trigger="vigie:tick from:body". The polling of htmx would continue in a hidden tab.
setInterval(() => {
  if (document.visibilityState === "visible") document.body.dispatchEvent(new CustomEvent("vigie:tick"));
}, TICK_MS);

// <button data-opens="id"> opens that <dialog>. Without JavaScript, the link or form around it works instead.
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

// <form data-busy="Looking…"> shows this text on the pressed button and disables it, so the form is sent only once.
document.addEventListener("submit", (event) => {
  const label = event.target.dataset.busy;
  const button = label && event.submitter;
  if (!button || event.defaultPrevented) return;
  button.textContent = label;
  button.setAttribute("aria-busy", "true");
  setTimeout(() => (button.disabled = true));
});

// The browser's back button restores the disabled button of a submitted form: reload to enable it.
addEventListener("pageshow", (event) => {
  if (event.persisted && document.querySelector("[aria-busy]")) location.reload();
});

const pathOf = (url) => new URL(url, location.href).pathname;

// After the session has ended, htmx gets the sign-in page instead of a fragment: reload to show it.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { finalRequestPath, responsePath } = event.detail.pathInfo;
  if (!responsePath || pathOf(responsePath) === pathOf(finalRequestPath)) return;
  event.preventDefault();
  location.reload();
});

// Copy buttons exist only with JavaScript. Without TLS, browsers have no clipboard object but still copy a selection.
for (const button of document.querySelectorAll("[data-copy]")) {
  const field = document.getElementById(button.dataset.copy);
  button.hidden = false;
  button.addEventListener("click", async () => {
    if (field.select) field.select();
    else getSelection().selectAllChildren(field);
    if (navigator.clipboard) await navigator.clipboard.writeText(field.value ?? field.textContent);
    else document.execCommand("copy");
    button.textContent = button.dataset.copied;
  });
}
