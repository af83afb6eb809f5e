// The columns page: replaces the columns that have changed, reorders them by dragging, pauses, and turns on wall mode.

import { getFragment, post } from "./list/server.js";
import { sortable } from "./sortable.js";

const EVERY_MS = 15_000;
const wall = document.querySelector("[data-columns]");
const pause = document.querySelector("[data-pause]");
const far = document.querySelector("[data-wall]");

const columns = () => [...wall.querySelectorAll("[data-column]")];
const isPaused = () => pause.getAttribute("aria-pressed") === "true";

// Replaces the posts only: the column keeps its place, its focus and its open menu.
function replace(fresh) {
  const column = document.getElementById(fresh.id);
  if (!column) return;
  const known = new Set([...column.querySelectorAll("[data-post]")].map((one) => one.dataset.post));
  for (const one of fresh.querySelectorAll("[data-post]")) {
    if (!known.has(one.dataset.post)) one.dataset.new = "yes";
  }
  column.dataset.mark = fresh.dataset.mark;
  column.querySelector("[role=region]").replaceChildren(...fresh.querySelector("[role=region]").childNodes);
}

async function refresh() {
  if (document.visibilityState !== "visible" || isPaused()) return;
  const marks = columns().map((column) => `mark=${encodeURIComponent(column.dataset.mark)}`);
  const page = await getFragment(`${location.pathname}?${marks.join("&")}`);
  for (const fresh of page?.querySelectorAll("[data-column]") ?? []) replace(fresh);
}

function store() {
  return post(wall.dataset.orderUrl, columns().map((column) => ["view", column.dataset.column]));
}

function toggle(button, changed) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const isOn = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(isOn));
    changed(isOn);
  });
}

if (wall) {
  sortable(wall, "[data-column]", ".wall-head", store);
  toggle(pause, (isOn) => isOn || refresh());
  toggle(far, (isOn) => document.documentElement.toggleAttribute("data-far", isOn));
  setInterval(refresh, EVERY_MS);
}
