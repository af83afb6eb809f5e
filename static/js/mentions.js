// The list of mentions: keys, reading beside the list, decisions that can be undone.
// Without this script every link opens a page and every button sends its form.

const list = document.querySelector("[data-list]");
const detail = document.getElementById("detail");
const help = document.getElementById("help");
const decided = []; // what "undo" goes back through: { id, status } or { id, corrections }

const rows = () => [...(list ?? document).querySelectorAll(".mention")];
const current = () => list?.querySelector(".mention[data-current]");
const isShown = (element) => element && getComputedStyle(element).display !== "none";

function choose(row, { read = true } = {}) {
  if (!row) return;
  current()?.removeAttribute("data-current");
  row.dataset.current = "";
  row.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
  if (read && isShown(detail)) readBeside(row);
}

function readBeside(row) {
  const link = row.querySelector("[data-open]");
  window.htmx.ajax("GET", link.href, { source: link, target: detail, swap: "innerHTML show:none" });
}

function step(by) {
  const all = rows();
  const place = all.indexOf(current());
  const next = place < 0 ? (by > 0 ? 0 : all.length - 1) : place + by;
  if (next >= all.length) document.querySelector(".list-foot a[rel=next]")?.click();
  choose(all[Math.min(Math.max(next, 0), all.length - 1)]);
}

async function send(form, fields) {
  const answer = await fetch(form.action, {
    method: "POST",
    body: new URLSearchParams(fields),
    headers: { "X-CSRFToken": form.csrfmiddlewaretoken.value, "HX-Request": "true" },
  });
  if (answer.redirected) location.reload(); // signed out in the meantime
  if (!answer.ok || answer.redirected) throw new Error(`status ${answer.status}`);
  return answer.text();
}

const idsOf = (form) => new FormData(form).getAll("id").map((id) => ["id", id]);

function replace(row, html) {
  const wasCurrent = "current" in row.dataset;
  row.outerHTML = html;
  const now = document.getElementById(row.id);
  window.htmx.process(now);
  if (wasCurrent) choose(now, { read: isShown(detail) });
  recount();
  watchPending();
  return now;
}

async function decide(form, status, { remember = true } = {}) {
  const ids = idsOf(form);
  const row = document.getElementById(`mention-${ids[0][1]}`);
  const before = row?.dataset.status;
  if (before === status) return;
  const html = await send(form, [...ids, ["status", status]]);
  if (!row) return location.reload();
  const now = replace(row, html);
  if (remember && before) {
    decided.push({ id: row.id, status: before });
    toast(now.querySelector(".state").textContent, { undoable: true });
  }
}

// What people gave each mention of a row, as the server wrote it: "12:negative 13:".
const corrections = (row) => row.dataset.corrections.split(" ").map((one) => one.split(":"));

const shownIn = (row) => corrections(row).map(([id]) => ["shown", id]);

// What people gave the mentions that a form corrects: all of a row's, or, in the panel beside the list, one keyword's,
// which the row may not show.
function givenIn(form, row) {
  const told = new Map(corrections(row));
  const pressed = form.querySelector("[aria-pressed=true]")?.dataset.label ?? "";
  return idsOf(form).map(([, id]) => [id, told.get(id) ?? pressed]);
}

async function correct(form, label) {
  const row = document.getElementById(`mention-${form.dataset.correct}`);
  if (!row) return location.reload();
  const before = givenIn(form, row);
  if (before.every(([, given]) => given === label)) return;
  const now = replace(row, await send(form, [...idsOf(form), ...shownIn(row), ["label", label]]));
  decided.push({ id: row.id, corrections: before });
  toast((form.querySelector(`[data-label="${label}"]`) ?? now.querySelector(".sentiment-badge")).textContent, { undoable: true });
}

async function correctBack(row, before) {
  const form = row.querySelector("form[data-correct]");
  let html = "";
  for (const label of new Set(before.map(([, given]) => given))) {
    const ids = before.filter(([, given]) => given === label).map(([id]) => ["id", id]);
    html = await send(form, [...ids, ...shownIn(row), ["label", label]]);
  }
  replace(row, html);
}

async function undoLast() {
  const last = decided.pop();
  const row = last && document.getElementById(last.id);
  if (!row) return;
  hideToast();
  if (last.corrections) await correctBack(row, last.corrections);
  else await decide(row.querySelector("form[data-triage]"), last.status, { remember: false });
  choose(document.getElementById(last.id));
}

let turn = Promise.resolve();

// One change after the other: each reads what the one before has left, however fast the keys come.
function inTurn(act) {
  turn = turn.then(act).catch(notSaved);
}

const undo = () => inTurn(undoLast);

let countTimer = 0;

// The counts beside the list follow the decisions, once for a run of them.
function recount() {
  clearTimeout(countTimer);
  countTimer = setTimeout(async () => {
    const answer = await fetch(location.href).catch(() => null);
    if (!answer?.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const counted = page.querySelector(".facets");
    if (counted) document.querySelector(".facets").replaceChildren(...counted.childNodes);
  }, 600);
}

let pendingTimer = 0;

// What is not judged yet soon will be: its marks are asked for again, ever more slowly.
function watchPending(wait = 2000) {
  clearTimeout(pendingTimer);
  if (!list?.querySelector("[data-pending]")) return;
  pendingTimer = setTimeout(async () => {
    if (document.visibilityState === "visible") await refreshPending();
    watchPending(Math.min(wait * 1.5, 60_000));
  }, wait);
}

async function refreshPending() {
  const waiting = [...list.querySelectorAll(".mention:has([data-pending])")].slice(0, 50);
  const asked = waiting.map((row) => ["ids", corrections(row).map(([id]) => id).join(",")]);
  const answer = await fetch(`${list.dataset.badgesUrl}?${new URLSearchParams(asked)}`).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const found = new DOMParser().parseFromString(await answer.text(), "text/html");
  const judged = [...found.querySelectorAll("[data-badges]:not([data-pending])")];
  for (const badges of judged) list.querySelector(`#mention-${badges.dataset.badges} [data-badges]`)?.replaceWith(badges);
  if (judged.length) recount();
  if (current() && isShown(detail) && detail.querySelector(".sentiment-badge.pending")) readBeside(current());
}

let toastTimer = 0;

function hideToast() {
  document.querySelector(".toast")?.remove();
  clearTimeout(toastTimer);
}

function notSaved() {
  toast(document.getElementById("toast").dataset.failed);
}

function toast(words, { undoable = false } = {}) {
  const template = document.getElementById("toast");
  hideToast();
  const box = document.createElement("div");
  box.className = "toast";
  box.setAttribute("role", "status");
  box.append(template.content.cloneNode(true));
  box.querySelector("span").textContent = words;
  const button = box.querySelector("button");
  if (undoable) button.addEventListener("click", undo);
  else button.remove();
  document.body.append(box);
  toastTimer = setTimeout(hideToast, 8000);
}

// Buttons: decided in place, and the next row is one key away.
document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-triage], form[data-correct]");
  if (!form || !list) return;
  event.preventDefault();
  const act = "correct" in form.dataset ? correct : decide;
  const { value } = event.submitter;
  inTurn(() => act(form, value));
});

// Titles: read beside the list where there is room for it.
list?.addEventListener("click", (event) => {
  const link = event.target.closest("[data-open]");
  const row = event.target.closest(".mention");
  if (!row || event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
  if (link && !isShown(detail)) return;
  if (link) event.preventDefault();
  else if (event.target.closest("a, button, form")) return;
  choose(row);
});

const statuses = { a: "needs_reply", d: "replied", x: "ignored" };
const labels = { "+": "positive", "-": "negative", "=": "neutral", 0: "neutral" };

const actions = {
  j: () => step(1),
  k: () => step(-1),
  Enter: () => {
    const row = current();
    if (isShown(detail)) choose(row);
    else row?.querySelector("[data-open]").click();
  },
  o: () => {
    const open = (isShown(detail) || !list) && document.querySelector("[data-original]");
    if (open) open.click();
    else current()?.querySelector("[data-open]").click();
  },
  u: undo,
  "?": () => help?.showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.target.matches("input, textarea, select, [contenteditable]")) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (event.key === "Enter" && !event.target.matches(".mention")) return;
  const status = statuses[event.key];
  const label = labels[event.key];
  const place = list ? current() : document;
  const forms = (status || label) && place?.querySelectorAll(status ? "form[data-triage]" : "form[data-correct]");
  const [form] = forms || [];
  // The page of a story has a form for each keyword: no key says which is meant.
  if (forms?.length === 1) {
    event.preventDefault();
    if (!list) form.querySelector(status ? `[value=${status}]` : `[data-label=${label}][aria-pressed=false]`)?.click();
    else inTurn(() => (status ? decide(form, status) : correct(form, label)));
  } else if (actions[event.key]) {
    event.preventDefault();
    actions[event.key]();
  }
});

// Facets stand open beside the list and are folded away on a phone.
const facets = document.querySelector("[data-open-wide]");
if (facets) {
  const narrow = matchMedia("(max-width: 900px)");
  const fold = () => (facets.open = !narrow.matches);
  narrow.addEventListener("change", fold);
  fold();
}

watchPending();
document.addEventListener("htmx:afterSettle", () => watchPending());
