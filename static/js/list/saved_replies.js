// The combobox of the reply field: finds a saved reply by words and inserts its text at the cursor.

import { getFragment } from "./server.js";

const SEARCH_DELAY_MS = 150;

let timer = 0;

const pickOf = (input) => input.closest(".reply-pick");
const optionsOf = (input) => [...pickOf(input).querySelectorAll("[role=option]")];
const chosenOf = (input) => pickOf(input).querySelector("[role=option][aria-selected=true]");
const inputAt = (target) => (target.matches?.("[data-reply-pick]") ? target : null);

async function search(input) {
  const page = await getFragment(`${input.dataset.replyPick}?${new URLSearchParams({ q: input.value })}`);
  if (!page || document.activeElement !== input) return;
  const pick = pickOf(input);
  pick.querySelector("[role=listbox]").replaceChildren(...page.querySelectorAll("[role=option]"));
  pick.querySelector("[data-reply-pick-none]").replaceChildren(...page.querySelectorAll("[data-none]"));
  pick.querySelector(".reply-options").hidden = false;
  input.setAttribute("aria-expanded", "true");
  mark(input, optionsOf(input)[0]);
}

function close(input) {
  clearTimeout(timer);
  pickOf(input).querySelector(".reply-options").hidden = true;
  input.setAttribute("aria-expanded", "false");
  input.removeAttribute("aria-activedescendant");
}

function mark(input, option) {
  chosenOf(input)?.setAttribute("aria-selected", "false");
  if (!option) return input.removeAttribute("aria-activedescendant");
  option.setAttribute("aria-selected", "true");
  option.scrollIntoView({ block: "nearest" });
  input.setAttribute("aria-activedescendant", option.id);
}

function move(input, offset) {
  const options = optionsOf(input);
  const index = options.indexOf(chosenOf(input)) + offset;
  mark(input, options[(index + options.length) % options.length]);
}

function choose(input, option) {
  const field = input.closest("[data-answer]").querySelector("textarea[name=text]");
  field.focus();
  field.setRangeText(option.dataset.text, field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
  input.value = "";
  close(input);
}

const isOpen = (input) => input.getAttribute("aria-expanded") === "true";

document.addEventListener("focusin", ({ target }) => inputAt(target) && search(target));

document.addEventListener("input", ({ target }) => {
  if (!inputAt(target)) return;
  clearTimeout(timer);
  timer = setTimeout(() => search(target), SEARCH_DELAY_MS);
});

document.addEventListener("keydown", (event) => {
  const input = inputAt(event.target);
  if (!input) return;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    if (isOpen(input)) move(input, event.key === "ArrowDown" ? 1 : -1);
    else search(input);
  } else if (event.key === "Enter") {
    event.preventDefault();
    const option = isOpen(input) && chosenOf(input);
    if (option) choose(input, option);
  } else if (event.key === "Escape") {
    close(input);
  }
});

// A press on an option must not take the focus before its click.
document.addEventListener("mousedown", (event) => event.target.closest("[data-answer] [role=option]") && event.preventDefault());

document.addEventListener("click", (event) => {
  const option = event.target.closest("[data-answer] [role=option]");
  if (option) choose(option.closest(".reply-pick").querySelector("[data-reply-pick]"), option);
});

document.addEventListener("focusout", ({ target }) => inputAt(target) && close(target));
