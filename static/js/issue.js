// The editor of an issue: title and introduction are saved by themselves, items reorder by dragging, buttons and arrows.

import { post } from "./list/server.js";
import { sortable } from "./sortable.js";

const root = document.querySelector("[data-issue]");
const form = document.querySelector("[data-autosave]");
const saved = document.querySelector("[data-saved]");
const told = document.querySelector("[data-told]");

const items = () => [...root.querySelectorAll("[data-item]")];
const csrf = () => form.querySelector("[name=csrfmiddlewaretoken]").value;
const say = (isSaved) => (saved.textContent = isSaved ? saved.dataset.word : saved.dataset.failed);

// Show why nothing was stored: another person's change, an error, or no connection.
function showConflict(html) {
  const note = new DOMParser().parseFromString(html, "text/html");
  document.querySelector("[data-conflict]").replaceChildren(...note.body.children);
}

let sending = Promise.resolve();

// One request after the other, since each names the version that the former one returned. Return it, or nothing.
function send(url, fields) {
  sending = sending.then(async () => {
    const text = await post(url, [["csrfmiddlewaretoken", csrf()], ...fields()]).catch(() => "{}");
    const { version, conflict } = JSON.parse(text);
    say(Boolean(version));
    if (!version) showConflict(conflict ?? form.querySelector("[data-unreachable]").innerHTML);
    return version;
  });
  return sending;
}

async function save() {
  const version = await send(form.action, () => [...new FormData(form), ["auto", "yes"]]);
  if (!version) return;
  form.querySelector("input[name=version]").value = version; // A note has a button of that name, too.
  form.querySelector("[data-conflict] [data-of-text]")?.remove();
}

const places = () =>
  items().map((one) => ["place", `${one.closest("[data-section]").dataset.section}:${one.dataset.item}`]);

async function saveOrder() {
  const version = await send(root.dataset.orderUrl, () => [["version", root.dataset.orderVersion], ...places()]);
  if (!version) return;
  root.dataset.orderVersion = version;
  for (const field of root.querySelectorAll("input[data-order-version]")) field.value = version;
}

// The row at the end of a section, where items of other sections are dropped, stays last and says if there are none.
function settle() {
  for (const list of root.querySelectorAll(".curation-items")) {
    const drop = list.querySelector(".curation-drop");
    list.append(drop);
    drop.textContent = list.querySelector("[data-item]") ? "" : drop.dataset.empty;
  }
}

function store(item) {
  settle();
  // Its form stores the section, too.
  for (const field of item.querySelectorAll("[name=section], [name=former_section]"))
    field.value = item.closest("[data-section]").dataset.section;
  told.textContent = root.dataset.words
    .replace("{name}", item.dataset.name)
    .replace("{place}", items().indexOf(item) + 1)
    .replace("{count}", items().length);
  return saveOrder();
}

// One place up or down; past the end of a section, into the neighboring one.
function move(item, step) {
  const lists = [...root.querySelectorAll(".curation-items")];
  const list = item.closest(".curation-items");
  const own = [...list.querySelectorAll("[data-item]")];
  const other = own[own.indexOf(item) + step];
  const next = lists[lists.indexOf(list) + step];
  if (other) other[step < 0 ? "before" : "after"](item);
  else if (next) next[step < 0 ? "append" : "prepend"](item);
  else return;
  store(item);
}

function moveBy(event, step) {
  const button = event.target.closest("[name=move]");
  event.preventDefault();
  move(button.closest("[data-item]"), step);
  button.focus();
}

if (root) {
  form.querySelector("[data-save]").closest("p").remove();
  form.addEventListener("change", save);
  root.addEventListener("click", (event) => {
    const button = event.target.closest("[name=move]");
    if (button) moveBy(event, button.value === "up" ? -1 : 1);
  });
  root.addEventListener("keydown", (event) => {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (step && event.target.closest("[name=move]")) moveBy(event, step);
  });
  sortable(root, "[data-place]", ".curation-grip", store);
}
