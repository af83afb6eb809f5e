// In a note, "@" opens the list of members: typing narrows it, arrow keys move in it, Enter or Tab takes the selected one.

const AFTER_AT = /(?:^|[^\w@.])@([^@\n]{0,60})$/u;

const folded = (text) => text.normalize("NFD").replaceAll(/\p{M}/gu, "").toLowerCase();
const listOf = (field) => field.closest("#notes")?.querySelector("#note-names");
const shownIn = (list) => [...list.children].filter((option) => !option.hidden);

// The text between the last "@" and the cursor; undefined where there is none.
const typedIn = (field) => AFTER_AT.exec(field.value.slice(0, field.selectionStart))?.[1];

function select(field, list, option) {
  for (const one of list.children) one.setAttribute("aria-selected", String(one === option));
  field.setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
}

function close(field) {
  const list = listOf(field);
  if (!list) return;
  list.hidden = true;
  field.removeAttribute("aria-activedescendant");
}

function update(field) {
  const list = listOf(field);
  const typed = typedIn(field);
  if (!list || typed === undefined) return close(field);
  const wanted = folded(typed);
  for (const option of list.children) {
    option.hidden = !` ${folded(option.textContent.trim())}`.includes(` ${wanted}`) && !folded(option.dataset.handle).startsWith(wanted);
  }
  const options = shownIn(list);
  if (!options.length || options.some((option) => folded(option.dataset.handle) === wanted.trimEnd() && wanted)) return close(field);
  list.style.insetBlockStart = `${field.getBoundingClientRect().bottom - list.parentElement.getBoundingClientRect().top + 4}px`;
  list.hidden = false;
  select(field, list, options[0]);
}

function take(field, option) {
  const { selectionStart: end } = field;
  const start = end - typedIn(field).length;
  field.setRangeText(`${option.dataset.handle} `, start, end, "end");
  close(field);
  field.focus();
}

document.addEventListener("input", (event) => {
  if (event.target.matches("[data-names]")) update(event.target);
});

document.addEventListener("keydown", (event) => {
  const list = event.target.matches("[data-names]") && listOf(event.target);
  if (!list) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) return event.target.form.requestSubmit();
  if (list.hidden) return;
  const options = shownIn(list);
  const index = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    const offset = event.key === "ArrowDown" ? 1 : options.length - 1;
    select(event.target, list, options[(index + offset) % options.length]);
  } else if (event.key === "Enter" || event.key === "Tab") {
    take(event.target, options[index]);
  } else if (event.key === "Escape") {
    close(event.target);
    event.stopPropagation();
  } else {
    return;
  }
  event.preventDefault();
}, true);

// A click takes a member before the field loses its focus.
document.addEventListener("mousedown", (event) => {
  const option = event.target.closest("#note-names [data-handle]");
  if (!option) return;
  event.preventDefault();
  take(document.activeElement, option);
});

document.addEventListener("focusout", (event) => {
  if (event.target.matches("[data-names]")) close(event.target);
});
