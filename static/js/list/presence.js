// Says every few seconds, while the tab is visible, which mention is open, and shows who else has it open.

import { post } from "./server.js";

const BEAT_MS = 15_000;

const isWriting = () => Boolean(document.activeElement?.matches('textarea[data-action="reply"]'));

async function beat() {
  const place = document.querySelector("[data-presence]");
  if (!place || document.visibilityState !== "visible") return;
  const url = place.dataset.presence;
  const html = await post(url, isWriting() ? [["writing", "yes"]] : []).catch(() => "");
  // Unchanged text is left alone: screen readers would say it again.
  if (place.isConnected && place.innerHTML.trim() !== html.trim()) place.innerHTML = html;
}

setInterval(beat, BEAT_MS);
beat();
document.addEventListener("vigie:opened", beat);
document.addEventListener("visibilitychange", beat);
document.addEventListener("focusin", (event) => event.target.matches('textarea[data-action="reply"]') && beat());
