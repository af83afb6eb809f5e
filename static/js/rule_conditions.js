// Disables the conditions that don't fit the chosen measure. Without this script, the server says which fit.
for (const clause of document.querySelectorAll("[data-conditions]")) {
  const fitting = JSON.parse(clause.dataset.conditions);
  const measure = clause.querySelector('[data-part="measure"]');
  const condition = clause.querySelector('[data-part="condition"]');
  const update = () => {
    const allowed = fitting[measure.value] ?? [];
    for (const option of condition.options) {
      option.disabled = option.hidden = allowed.length > 0 && !allowed.includes(option.value);
    }
    if (condition.selectedOptions[0]?.disabled) condition.value = allowed[0];
  };
  measure.addEventListener("change", update);
  update();
}
