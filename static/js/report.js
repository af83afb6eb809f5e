// The builder of a report: sections reorder by dragging and by buttons, and the preview follows what is entered.

import { post } from "./list/server.js";
import { sortable } from "./sortable.js";

const WAIT_MS = 500;
const form = document.querySelector("[data-report]");
const list = form?.querySelector("[data-sections]");
const preview = document.querySelector("[data-preview]");
const told = document.querySelector("[data-told]");
let timer = 0;
let newest = 0;

async function refresh() {
  const number = ++newest;
  preview.setAttribute("aria-busy", "true");
  const html = await post(form.dataset.previewUrl, [...new FormData(form)]).catch(() => null);
  if (number !== newest) return;
  preview.removeAttribute("aria-busy");
  if (html !== null) preview.replaceChildren(...new DOMParser().parseFromString(html, "text/html").body.childNodes);
}

function later() {
  clearTimeout(timer);
  timer = setTimeout(refresh, WAIT_MS);
}

function tell(item) {
  const items = [...list.children];
  told.textContent = list.dataset.words
    .replace("{name}", item.dataset.name)
    .replace("{place}", items.indexOf(item) + 1)
    .replace("{count}", items.length);
  later();
}

// The buttons post the form without JavaScript; here they keep the focus, also of arrow keys.
function move(item, step) {
  const other = step < 0 ? item.previousElementSibling : item.nextElementSibling;
  if (!other) return;
  other[step < 0 ? "before" : "after"](item);
  tell(item);
}

function listen() {
  list.addEventListener("click", (event) => {
    const button = event.target.closest("[name=move]");
    if (!button) return;
    event.preventDefault();
    move(button.closest("li"), button.value.startsWith("up") ? -1 : 1);
    button.focus();
  });
  list.addEventListener("keydown", (event) => {
    const button = event.target.closest("[name=move]");
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!button || !step) return;
    event.preventDefault();
    move(button.closest("li"), step);
    button.focus();
  });
  form.addEventListener("input", later);
  form.addEventListener("change", later);
}

if (form && list) {
  sortable(list, "li", ".report-grip", tell);
  listen();
  // Entered before this script was loaded.
  if ([...form.elements].some((field) => field.type === "text" && field.value !== field.defaultValue)) later();
}
