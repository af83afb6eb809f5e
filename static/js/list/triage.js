// Saves what a team sets for a mention, or a sentiment correction, shows the changed row, and offers to undo it.

import { correctionsOf, currentCorrections, idsIn } from "./corrections.js";
import { detail, showInPane } from "./reading.js";
import { pollPendingBadges, refreshCounts } from "./refresh.js";
import { idsOf, list, listField, placeOf, replaceRow, returnRow, updateRow } from "./rows.js";
import { post } from "./server.js";
import { showToast } from "./toast.js";
import { rememberChange, undo } from "./undo.js";

function refresh() {
  refreshCounts();
  pollPendingBadges();
}

// By key, without the form of the pane: the row says which statuses the person saw.
export function setStatus(row, status, { wholeStory }) {
  if (row.dataset.status === status && !storyFields(row, wholeStory).length) return undefined;
  const seen = row.dataset.seenStatuses.split(" ").map((one) => ["expected", one]);
  return change(row, list.dataset.changeUrl, [...idsOf(row), ...seen, ["status", status]], { wholeStory });
}

// Posts a form about a row, and returns whether it was accepted. What somebody else has changed meanwhile is not
// overwritten: the pane shows it.
export async function change(row, url, fields, { wholeStory = false } = {}) {
  const place = placeOf(row);
  const ids = idsOf(row);
  const html = await post(url, [...fields, ...storyFields(row, wholeStory), listField()]);
  const page = new DOMParser().parseFromString(html, "text/html");
  const refused = page.querySelector("[data-refused]");
  if (refused) {
    showToast(refused.textContent);
    return false;
  }
  if (page.querySelector("[data-conflict]")) showConflict(row, page);
  else showChange(row, html, ids, place);
  return true;
}

// Whether a change of a row that stands for a story is about all its items in the list: yes, unless the pane says
// otherwise. To ask when the person decides: a change may wait for an earlier one while the pane shows another mention.
export function isAboutStory(row) {
  const choice = detail.querySelector(`[data-reading="${row.dataset.mention}"]`) && detail.querySelector("[data-whole-story]");
  return !choice || choice.checked;
}

const storyFields = (row, wholeStory) =>
  wholeStory && row.dataset.others ? [["story", "yes"], ["read_at", row.dataset.readAt]] : [];

function showConflict(row, page) {
  const changed = page.querySelector("template[data-changed-row]").innerHTML;
  showInPane(row, page);
  updateRow(row, changed);
  detail.querySelector("[data-conflict]").focus();
}

// Shows the row that a response has, with what the page undoes.
export function showChange(row, html, ids, place) {
  const { change: id, message } = responseOf(html);
  replaceRow(row, html);
  refresh();
  if (id) rememberChange(() => undoChange(id, ids, place));
  showToast(message, { onUndo: id ? undo : null });
}

async function undoChange(id, ids, place) {
  const html = await post(list.dataset.undoUrl, [["change", id], ...ids, listField()]);
  returnRow(html, place);
  refresh();
  showToast(responseOf(html).message);
}

// The id of a change, "" if there is none to undo, and the message about it.
const responseOf = (html) => new DOMParser().parseFromString(html, "text/html").querySelector("[data-change]").dataset;

const shownIn = (row) => correctionsOf(row).map(([id]) => ["shown", id]);

// With a `form`, only the mentions that it is about are corrected.
export async function correct(row, label, { wholeStory, form = null }) {
  const story = storyFields(row, wholeStory);
  if (!story.length && currentCorrections(form, row).every(([, given]) => given === label)) return;
  const ids = form ? idsIn(form) : idsOf(row);
  const place = placeOf(row);
  const shown = shownIn(row);
  const fields = [...ids, ...shown, ["label", label], ...story, listField()];
  const html = await post(list.dataset.sentimentUrl, fields);
  showChange(row, html, shown.map(([, id]) => ["id", id]), place);
}
