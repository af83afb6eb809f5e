// The keyword form: one press on a word beside the matches leaves it out of the query.

const box = document.getElementById("id_query");
const problem = document.getElementById("query-problem");
const failed = document.getElementById("check-failed");

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-term]");
  if (!button) return;
  const checked = button.closest("[data-checked]").dataset.checked;
  const query = box.value.trim();
  // Typed on since the answer came: what was worked out for the older query is of no use.
  box.value = query === checked.trim() ? button.dataset.query : `(${query}) ${button.dataset.term}`;
  box.dispatchEvent(new Event("input", { bubbles: true }));
  box.focus({ preventScroll: true });
});

for (const name of ["htmx:sendError", "htmx:responseError"]) {
  document.addEventListener(name, () => (failed.hidden = false));
}

document.addEventListener("htmx:oobAfterSwap", () => {
  failed.hidden = true;
  box.setAttribute("aria-invalid", String(Boolean(problem.querySelector(".error"))));
});
