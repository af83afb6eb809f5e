// On every page: menus, which are <details class="menu">. One is open at a time. The arrow keys move in it, Escape closes
// it, and the focus returns to its button.

const ENTRIES = "a[href], button, input:not([type=hidden]), select, textarea";

const openMenu = () => document.querySelector("details.menu[open]");

function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (menu !== except) menu.open = false;
  }
}

function close(menu) {
  closeMenus(null);
  menu.querySelector("summary").focus();
}

// The next entry for a key, from the last one on to the first; undefined for other keys.
function entryFor(key, entries, focused) {
  const index = entries.indexOf(focused);
  return {
    ArrowDown: entries[(index + 1) % entries.length],
    ArrowUp: entries.at(index < 0 ? -1 : index - 1),
    Home: entries[0],
    End: entries.at(-1),
  }[key];
}

// Fields and lists of choices use these keys themselves.
const usesArrows = (element) => element.matches("input, select, textarea");

const MARGIN_PX = 4;
const phone = matchMedia("(max-width: 47.99rem)"); // menus are as wide as the page there

// The pane that cuts off what stands out of it.
function paneOf(element) {
  let pane = element.parentElement;
  while (pane.parentElement && getComputedStyle(pane).overflowX === "visible") pane = pane.parentElement;
  return pane;
}

// A menu opens below its button, at its right or left edge. It moves aside as far as its pane would cut it off.
function place(menu) {
  const list = menu.querySelector(":scope > .menu-list");
  if (!list || !menu.open) return;
  list.style.translate = "";
  if (phone.matches) return;
  const pane = paneOf(menu).getBoundingClientRect();
  const { left, right } = list.getBoundingClientRect();
  const toRight = Math.max(pane.left + MARGIN_PX - left, 0);
  const toLeft = Math.max(right - pane.right + MARGIN_PX, 0);
  if (toRight || toLeft) list.style.translate = `${Math.round(toRight || -toLeft)}px`;
}

document.addEventListener("toggle", ({ target }) => target.matches?.("details.menu") && place(target), true);

document.addEventListener("click", (event) => closeMenus(event.target.closest("details.menu")));

document.addEventListener("keydown", (event) => {
  const menu = event.target.closest("details.menu") ?? openMenu();
  if (!menu) return;
  if (event.key === "Escape" && menu.open) {
    close(menu);
    return;
  }
  if (!menu.contains(event.target) || usesArrows(event.target)) return;
  if (event.key === "ArrowDown" && event.target.matches("summary")) menu.open = true;
  const entries = [...menu.querySelectorAll(ENTRIES)].filter((entry) => entry.checkVisibility());
  const entry = menu.open && entries.length ? entryFor(event.key, entries, event.target) : undefined;
  if (!entry) return;
  event.preventDefault();
  entry.focus();
});
