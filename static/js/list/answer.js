// The reply field of a mention: saves while a person types, and keeps in this browser what isn't saved yet.
// Without this script, the buttons of the form do the same with page loads.

import { keep, keptFor, release } from "./kept_text.js";
import { reopen } from "./reading.js";
import { idsOf, list, listField, placeOf, rowWith } from "./rows.js";
import { getFragment, post } from "./server.js";
import { showChange } from "./triage.js";
import { enqueue } from "./undo.js";

const SAVE_DELAY_MS = 1500;
const RETRY_MS = 15_000;

const partOf = (box, name) => box.querySelector(`[data-part="${name}"]`);
const fieldOf = (box) => box.querySelector("textarea[name=text]");
const versionOf = (box) => box.querySelector("input[name=version]");
const isChanged = (box) => Boolean(box.querySelector("[data-changed]"));

const timers = new WeakMap();
let queue = Promise.resolve(); // one request at a time: each sends the version that the one before returned

function say(box, words) {
  partOf(box, "saved").textContent = words;
}

// While a person types: the server counts as the platform does.
function count(box) {
  const length = box.querySelector("[data-length]");
  const characters = [...new Intl.Segmenter().segment(fieldOf(box).value)].length;
  if (length) length.textContent = characters.toLocaleString(document.documentElement.lang);
}

// `base` is the version that the text in the field started from: it stays while both texts are shown.
function start(box) {
  box.dataset.base = versionOf(box).value;
  box.dataset.text = fieldOf(box).value;
}

// Shows a box that has just been loaded, with the text that was typed here and not saved.
function open(box) {
  start(box);
  const kept = keptFor(box);
  if (!kept || kept.text === fieldOf(box).value) return release(box);
  fieldOf(box).value = kept.text;
  versionOf(box).value = kept.version;
  box.dataset.base = kept.version;
  say(box, box.dataset.restored);
  count(box);
  schedule(box, 0);
}

function schedule(box, wait = SAVE_DELAY_MS) {
  clearTimeout(timers.get(box));
  timers.set(box, setTimeout(() => save(box), wait));
}

function inTurn(job) {
  queue = queue.then(job);
}

// While both texts are shown, only a button saves.
function save(box) {
  clearTimeout(timers.get(box));
  inTurn(() => saveNow(box));
}

async function saveNow(box) {
  const text = fieldOf(box).value;
  if (isChanged(box) || !text.trim() || text === box.dataset.text) return;
  say(box, box.dataset.saving);
  try {
    const fields = new FormData(box.querySelector("form"));
    saved(box, await send(box, fields), text);
  } catch {
    say(box, box.dataset.failed);
    schedule(box, RETRY_MS);
  }
}

async function send(box, fields) {
  return (await sendWithRow(box, fields)).querySelector("[data-answer]");
}

// In the list, the response also has the row of an item that was marked as replied.
async function sendWithRow(box, fields) {
  return new DOMParser().parseFromString(await post(box.dataset.url, fields), "text/html");
}

// The person may have moved to another mention and back: then another box shows the same draft.
function saved(box, fresh, text) {
  update(box, fresh);
  if (isChanged(box) || fresh.querySelector("[data-error]")) return;
  const shown = document.querySelector(`[data-answer="${box.dataset.answer}"]`) ?? box;
  versionOf(shown).value = versionOf(fresh).value;
  shown.dataset.base = versionOf(fresh).value;
  shown.dataset.text = text;
  if (fieldOf(shown).value === text) return release(box);
  count(shown);
  keep(shown, { text: fieldOf(shown).value, version: shown.dataset.base });
  schedule(shown);
}

// Shows everything but the text, which the person may be changing, and what they are using.
function update(box, fresh) {
  for (const name of ["saved", "changed", "notes", "foot"]) {
    const part = partOf(box, name);
    if (!part.contains(document.activeElement) && !part.querySelector("details[open]")) part.replaceWith(partOf(fresh, name));
  }
  versionOf(box).value = versionOf(fresh).value;
  fieldOf(box).readOnly = fieldOf(fresh).readOnly;
  box.toggleAttribute("data-live", fresh.hasAttribute("data-live"));
}

function replace(box, fresh) {
  clearTimeout(timers.get(box));
  box.replaceWith(fresh);
  start(fresh);
  fresh.querySelector("#reply-title").focus();
}

async function act(box, action) {
  const fields = new FormData(box.querySelector("form"));
  fields.set("action", action);
  const row = list && rowWith(box.dataset.mentionId);
  if (row) for (const [name, value] of [listField(), ...idsOf(row).map(([, id]) => ["shown", id])]) fields.append(name, value);
  const page = await sendWithRow(box, fields);
  const fresh = page.querySelector("[data-answer]");
  if (!fresh.querySelector("[data-changed], [data-error]")) release(box);
  if (!box.isConnected) return;
  const { base } = box.dataset;
  replace(box, fresh);
  if (isChanged(fresh)) fresh.dataset.base = base;
  if (action === "send" && fieldOf(fresh).readOnly) showSending();
  if (fresh.dataset.closed !== "sent") return;
  const html = page.querySelector("[data-change]")?.outerHTML;
  if (html) enqueue(() => showReplied(fresh.dataset.mentionId, html));
  else location.reload();
}

// The reply stands above the field from now on, with a button that cancels.
function showSending() {
  if (list) reopen();
  else location.reload();
}

function showReplied(id, html) {
  const row = rowWith(id);
  if (row) showChange(row, html, idsOf(row), placeOf(row));
}

document.addEventListener("submit", (event) => {
  const box = event.target.closest("[data-answer]");
  if (!box) return;
  event.preventDefault();
  clearTimeout(timers.get(box));
  const action = event.submitter?.value ?? "save";
  inTurn(() => act(box, action).catch(() => say(box, box.dataset.failed)));
});

document.addEventListener("input", ({ target }) => {
  const box = target.matches("[data-answer] textarea[name=text]") && target.closest("[data-answer]");
  if (!box) return;
  keep(box, { text: target.value, version: box.dataset.base });
  count(box);
  schedule(box);
});

async function copy(field) {
  if (navigator.clipboard) return navigator.clipboard.writeText(field.value);
  field.select();
  document.execCommand("copy");
}

document.addEventListener("click", (event) => {
  const box = event.target.closest("[data-answer]");
  if (!box) return;
  if (event.target.closest("[aria-disabled=true]")) return event.preventDefault();
  if (event.target.closest("[data-copy-reply]")) {
    copy(fieldOf(box)).then(() => say(box, box.dataset.copied), () => fieldOf(box).select());
  } else if (event.target.closest("[data-use-saved]")) {
    event.preventDefault();
    fieldOf(box).value = box.querySelector("[data-saved-text]").textContent;
    partOf(box, "changed").replaceChildren();
    release(box);
    start(box);
    count(box);
    fieldOf(box).focus();
  }
});

// A decision of the second reader and the end of the cooling time appear by themselves.
document.body.addEventListener("vigie:tick", async () => {
  const box = document.querySelector("[data-answer][data-live]");
  const isTyping = () => isChanged(box) || fieldOf(box).value !== box.dataset.text;
  if (!box || isTyping()) return;
  const fresh = (await getFragment(box.dataset.url))?.querySelector("[data-answer]");
  if (!fresh || isTyping()) return;
  if (fieldOf(fresh).value !== fieldOf(box).value) fieldOf(box).value = fieldOf(fresh).value;
  update(box, fresh);
  start(box);
});

document.addEventListener("vigie:opened", ({ target }) => {
  const box = target.querySelector("[data-answer]");
  if (box) open(box);
});

const alone = document.querySelector("[data-answer]");
if (alone) open(alone);
