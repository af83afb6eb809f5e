// What the assistant wrote goes into its field: by a button, and by itself when it has just arrived and the field is
// empty. Nothing is sent: the field saves and shows its preview as if a person had typed.

function insert(box) {
  const field = document.querySelector(box.dataset.assistantInto);
  if (!field || field.readOnly) return false;
  const text = box.querySelector("[data-assistant-text]").textContent;
  const typed = "assistantReplaces" in box.dataset ? "" : field.value.trimEnd();
  field.value = typed ? `${typed}\n\n${text}` : text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
  return true;
}

document.addEventListener("click", (event) => {
  const box = event.target.closest("[data-assistant-use]")?.closest("[data-assistant-into]");
  if (box && insert(box)) event.preventDefault();
});

document.addEventListener("htmx:load", ({ target }) => {
  if (!target.matches?.("[data-assistant-new]")) return;
  const field = document.querySelector(target.dataset.assistantInto);
  if (field && !field.value.trim()) insert(target);
});
