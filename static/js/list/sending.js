// After a reply was published, failed or was canceled: shows the mention again, and its row with the present status.

import { reopen } from "./reading.js";
import { idsOf, list, rowWith } from "./rows.js";
import { showToast } from "./toast.js";
import { change } from "./triage.js";
import { enqueue } from "./undo.js";

async function showReplied(row, words) {
  await change(row, list.dataset.changeUrl, [...idsOf(row), ["status", "replied"]]);
  showToast(words);
}

document.body.addEventListener("vigie:reply-done", () => {
  const box = document.getElementById("sent-replies");
  const row = list && rowWith(box?.dataset.mentionId);
  if (!row) return location.reload();
  if (box.dataset.latest !== "sent") return reopen();
  const words = box.querySelector("bdi").textContent;
  return enqueue(() => showReplied(row, words));
});
