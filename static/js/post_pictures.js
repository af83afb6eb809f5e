// The pictures in the form of a post: small images of chosen files, dropped files, and one empty place at a time.

const root = document.querySelector("[data-pictures]");
const slots = [...root.querySelectorAll("[data-slot]")];
const images = new Map();
const SIDE = 320;

const inputOf = (slot) => slot.querySelector("[type=file]");
const isEmpty = (slot) => !slot.querySelector("[type=hidden]") && !inputOf(slot).files.length;

// A request with larger files is rejected as a whole, with the texts.
function checkSize(input) {
  const isTooLarge = input.files[0]?.size > Number(root.dataset.maxBytes);
  input.setCustomValidity(isTooLarge ? root.dataset.tooLarge : "");
  if (isTooLarge) input.reportValidity();
}

// A small copy: the policy of the page shows no other addresses of files.
async function smallCopy(file) {
  const bitmap = await createImageBitmap(file);
  const scale = Math.min(1, SIDE / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL("image/jpeg", 0.8);
}

function showEmptyPlaces() {
  const empty = slots.filter(isEmpty);
  for (const slot of slots) slot.hidden = empty.indexOf(slot) > 0;
}

// A file that is no image has no copy; the server says so when it is saved.
async function show(slot) {
  checkSize(inputOf(slot));
  const file = inputOf(slot).files[0];
  const url = file ? await smallCopy(file).catch(() => "") : "";
  if (url) images.set(slot.dataset.slot, url);
  else images.delete(slot.dataset.slot);
  const image = document.createElement("img");
  image.src = url;
  image.alt = "";
  if (file) slot.querySelector(".post-slot-image").replaceChildren(...(url ? [image] : []));
  slot.toggleAttribute("data-empty", isEmpty(slot));
  showEmptyPlaces();
  fillPreview();
}

function fillPreview() {
  for (const place of document.querySelectorAll("[data-slot-preview]")) {
    const url = images.get(place.dataset.slotPreview);
    if (url) place.style.backgroundImage = `url(${url})`;
  }
}

function drop(event) {
  event.preventDefault();
  root.removeAttribute("data-over");
  const files = [...event.dataTransfer.files];
  for (const slot of slots.filter(isEmpty)) {
    const file = files.shift();
    if (!file) return;
    const one = new DataTransfer();
    one.items.add(file);
    inputOf(slot).files = one.files;
    inputOf(slot).dispatchEvent(new Event("change", { bubbles: true }));
  }
}

function over(event) {
  if (!event.dataTransfer.types.includes("Files")) return;
  event.preventDefault();
  root.setAttribute("data-over", "");
}

for (const slot of slots) inputOf(slot).addEventListener("change", () => show(slot));
root.addEventListener("dragover", over);
root.addEventListener("dragleave", () => root.removeAttribute("data-over"));
root.addEventListener("drop", drop);
root.querySelector("[data-drop-hint]").hidden = false;
document.addEventListener("htmx:afterSettle", fillPreview);
showEmptyPlaces();
