// The keyword form: a click on a distinctive term excludes it from the query.

const query = document.getElementById("id_query");
const problem = document.getElementById("query-problem");
const failed = document.getElementById("check-failed");

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-term]");
  if (!button) return;
  const checked = button.closest("[data-checked]").dataset.checked;
  const typed = query.value.trim();
  // The prepared query is outdated if the person has typed since the check: exclude the term from the new text.
  query.value = typed === checked.trim() ? button.dataset.query : `(${typed}) ${button.dataset.term}`;
  query.dispatchEvent(new Event("input", { bubbles: true }));
  query.focus({ preventScroll: true });
});

for (const name of ["htmx:sendError", "htmx:responseError"]) {
  document.addEventListener(name, () => (failed.hidden = false));
}

document.addEventListener("htmx:oobAfterSwap", () => {
  failed.hidden = true;
  query.setAttribute("aria-invalid", String(Boolean(problem.querySelector(".error"))));
});
