// Saves a status or a sentiment correction, shows the changed row, and offers to undo it.

import { correctionsOf, currentCorrections, idsOf } from "./corrections.js";
import { pollPendingBadges, refreshCounts } from "./refresh.js";
import { replaceRow } from "./rows.js";
import { showToast } from "./toast.js";
import { rememberChange, undo } from "./undo.js";

async function send(form, fields) {
  const response = await fetch(form.action, {
    method: "POST",
    body: new URLSearchParams(fields),
    headers: { "X-CSRFToken": form.csrfmiddlewaretoken.value, "HX-Request": "true" },
  });
  if (response.redirected) location.reload(); // the session has ended: show the sign-in page
  if (!response.ok || response.redirected) throw new Error(`status ${response.status}`);
  return response.text();
}

function showChange(row, html) {
  const replaced = replaceRow(row, html);
  refreshCounts();
  pollPendingBadges();
  return replaced;
}

export async function setStatus(form, status, { canUndo = true } = {}) {
  const ids = idsOf(form);
  const row = document.getElementById(`mention-${ids[0][1]}`);
  const former = row?.dataset.status;
  if (former === status) return;
  const html = await send(form, [...ids, ["status", status]]);
  if (!row) return location.reload();
  const changed = showChange(row, html);
  if (!canUndo || !former) return;
  rememberChange(row.id, (now) => setStatus(now.querySelector("form[data-triage]"), former, { canUndo: false }));
  showToast(changed.querySelector(".state").textContent, { onUndo: undo });
}

const shownIn = (row) => correctionsOf(row).map(([id]) => ["shown", id]);

export async function correct(form, label) {
  const row = document.getElementById(`mention-${form.dataset.correct}`);
  if (!row) return location.reload();
  const former = currentCorrections(form, row);
  if (former.every(([, given]) => given === label)) return;
  const changed = showChange(row, await send(form, [...idsOf(form), ...shownIn(row), ["label", label]]));
  rememberChange(row.id, (now) => restoreCorrections(now, former));
  const pressed = form.querySelector(`[data-label="${label}"]`);
  showToast((pressed ?? changed.querySelector(".sentiment-badge")).textContent, { onUndo: undo });
}

async function restoreCorrections(row, former) {
  const form = row.querySelector("form[data-correct]");
  let html = "";
  for (const label of new Set(former.map(([, given]) => given))) {
    const ids = former.filter(([, given]) => given === label).map(([id]) => ["id", id]);
    html = await send(form, [...ids, ...shownIn(row), ["label", label]]);
  }
  showChange(row, html);
}
