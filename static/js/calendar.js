// The calendar: a post moves to another day by dragging, or by Shift and an arrow key. The server returns the calendar.

import { post } from "./list/server.js";

const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };
const DAY = "[data-day]";
const calendar = document.querySelector("[data-calendar]");
const said = document.querySelector("[data-said]");
let held = null;
let isMoving = false;

const dayOf = (date) => calendar.querySelector(`[data-day="${date}"]`);

function shifted(date, days) {
  const moved = new Date(`${date}T12:00:00Z`);
  moved.setUTCDate(moved.getUTCDate() + days);
  return moved.toISOString().slice(0, 10);
}

function show(html, id) {
  const content = new DOMParser().parseFromString(html, "text/html").body.childNodes;
  calendar.replaceChildren(...content);
  globalThis.htmx?.process(calendar);
  calendar.querySelector(`[data-post="${id}"]`)?.focus();
}

// A day that isn't shown becomes the day of the calendar.
async function move(tile, date) {
  if (isMoving) return;
  isMoving = true;
  const { post: id, version, move: url } = tile.dataset;
  const title = tile.querySelector("bdi, .week-title").textContent;
  const shown = dayOf(date) ? calendar.dataset.shown : date;
  try {
    show(await post(url, { day: date, version, view: calendar.dataset.view, shown }), id);
    calendar.dataset.shown = shown;
    if (shown === date) history.replaceState(null, "", `?view=${calendar.dataset.view}&day=${date}`);
    const words = said.dataset.moved.replace("{title}", title).replace("{day}", dayOf(date)?.dataset.name ?? date);
    said.textContent = calendar.querySelector(".note[data-tone=neg]")?.textContent ?? words;
  } catch {
    said.textContent = said.dataset.failed;
  } finally {
    isMoving = false;
  }
}

function mark(day) {
  for (const one of calendar.querySelectorAll("[data-over]")) delete one.dataset.over;
  if (day) day.dataset.over = "";
}

function listen() {
  calendar.addEventListener("dragstart", (event) => {
    held = event.target.closest?.("[data-post]");
    if (held) event.dataTransfer.effectAllowed = "move";
  });
  calendar.addEventListener("dragover", (event) => {
    const day = held && event.target.closest(DAY);
    mark(day);
    if (day) event.preventDefault();
  });
  calendar.addEventListener("drop", (event) => {
    const day = held && event.target.closest(DAY);
    if (!day) return;
    event.preventDefault();
    if (held.closest(DAY) !== day) move(held, day.dataset.day);
  });
  calendar.addEventListener("dragend", () => {
    held = null;
    mark(null);
  });
  calendar.addEventListener("keydown", (event) => {
    const tile = event.target.closest("[data-post]");
    const step = event.shiftKey && STEPS[event.key];
    const day = tile?.closest(DAY);
    if (!step || !day) return;
    event.preventDefault();
    move(tile, shifted(day.dataset.day, step));
  });
}

if (calendar) listen();
