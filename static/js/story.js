// The page of a story: the number of selected items, and the undo key. Everything else works without this script.

import { actionOf } from "./shortcuts.js";

const words = document.querySelector("[data-picked-count]");

function update() {
  if (!words) return;
  const number = document.querySelectorAll("[data-pick]:checked").length;
  words.textContent = words.dataset.many.replace("{number}", number.toLocaleString(document.documentElement.lang));
}

document.addEventListener("change", ({ target }) => target.matches("[data-pick]") && update());
document.addEventListener("reset", () => setTimeout(update));
document.addEventListener("keydown", (event) => {
  const button = actionOf(event) === "undo" && document.querySelector('[data-action="undo"]');
  if (!button) return;
  event.preventDefault();
  button.click();
});

document.querySelector("[data-changed-story]")?.focus();
update();
