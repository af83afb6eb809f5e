// After a reply was published, failed or was canceled: shows the mention again, and its row with the present status.

import { reopen } from "./reading.js";
import { refreshCounts } from "./refresh.js";
import { idsOf, list, listField, replaceRow, rowWith } from "./rows.js";
import { send } from "./server.js";
import { enqueue } from "./undo.js";

async function refreshRow(row) {
  const seen = row.dataset.seenStatuses.split(" ").map((one) => ["expected", one]);
  const fields = [...idsOf(row), ...seen, ["status", "replied"], listField()];
  const { text } = await send(list.dataset.changeUrl, fields, []);
  replaceRow(row, text);
  refreshCounts();
}

document.body.addEventListener("vigie:reply-done", () => {
  const box = document.getElementById("sent-replies");
  const row = list && rowWith(box?.dataset.mentionId);
  if (!row) return location.reload();
  const isPublished = box.dataset.latest === "sent";
  return isPublished && row.dataset.status !== "replied" ? enqueue(() => refreshRow(row)) : reopen();
});
