// Saves a status or a sentiment correction, shows the changed row, and offers to undo it.

import { correctionsOf, currentCorrections, idsIn } from "./corrections.js";
import { pollPendingBadges, refreshCounts } from "./refresh.js";
import { idsOf, list, listField, placeOf, replaceRow, returnRow } from "./rows.js";
import { post } from "./server.js";
import { showToast } from "./toast.js";
import { rememberChange, undo } from "./undo.js";

function refresh() {
  refreshCounts();
  pollPendingBadges();
}

export async function setStatus(row, status, words) {
  const former = row.dataset.status;
  if (former === status) return;
  const place = placeOf(row);
  const ids = idsOf(row);
  replaceRow(row, await post(list.dataset.statusUrl, [...ids, ["status", status], listField()]));
  refresh();
  rememberChange(async () => {
    returnRow(await post(list.dataset.statusUrl, [...ids, ["status", former]]), place);
    refresh();
  });
  showToast(words, { onUndo: undo });
}

const shownIn = (row) => correctionsOf(row).map(([id]) => ["shown", id]);

// With a `form`, only the mentions that it is about are corrected.
export async function correct(row, label, { form = null, words = "" } = {}) {
  const former = currentCorrections(form, row);
  if (former.every(([, given]) => given === label)) return;
  const ids = form ? idsIn(form) : idsOf(row);
  const place = placeOf(row);
  const shown = shownIn(row);
  replaceRow(row, await post(list.dataset.sentimentUrl, [...ids, ...shown, ["label", label], listField()]));
  refresh();
  rememberChange(() => restoreCorrections(former, shown, place));
  showToast(words, { onUndo: undo });
}

async function restoreCorrections(former, shown, place) {
  let html = "";
  for (const label of new Set(former.map(([, given]) => given))) {
    const ids = former.filter(([, given]) => given === label).map(([id]) => ["id", id]);
    html = await post(list.dataset.sentimentUrl, [...ids, ...shown, ["label", label], listField()]);
  }
  returnRow(html, place);
  refresh();
}
