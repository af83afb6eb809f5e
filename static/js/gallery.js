// The gallery of platforms: shows only the cards that have the words typed, and says how many they are.

const search = document.querySelector("[data-gallery-search]");
const input = search?.querySelector("input");
const status = search?.querySelector("[role=status]");
const sections = [...document.querySelectorAll("[data-gallery] > section")];

const folded = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

function words() {
  return folded(input.value).split(/\s+/).filter(Boolean);
}

function message(count) {
  if (count === 0) return status.dataset.none;
  return count === 1 ? status.dataset.one : status.dataset.many.replace("{}", count);
}

function show() {
  const wanted = words();
  let count = 0;
  for (const section of sections) {
    let own = 0;
    for (const item of section.querySelectorAll("li")) {
      const text = folded(item.textContent);
      item.hidden = !wanted.every((word) => text.includes(word));
      own += item.hidden ? 0 : 1;
    }
    section.hidden = own === 0;
    count += own;
  }
  status.textContent = wanted.length ? message(count) : "";
}

if (input) {
  search.hidden = false;
  input.addEventListener("input", show);
  show(); // the browser may have kept what was typed
}
