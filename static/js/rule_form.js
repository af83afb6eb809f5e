// The rule form: draws the chart of the test on past data, and sets a field to the value of a variant.

import "./chart/download.js";
import { drawCharts } from "./chart/draw.js";

const failed = document.getElementById("test-failed");
const form = document.getElementById("rule-form");

drawCharts((config, place) => {
  const url = config.links?.[place];
  if (url) location.assign(url);
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-field]");
  const field = button && form.elements.namedItem(button.dataset.field);
  if (!field) return;
  field.value = button.dataset.value;
  // htmx keeps the focus on the button of the new test that has the same id.
  field.dispatchEvent(new Event("change", { bubbles: true }));
});

for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  document.addEventListener(name, () => (failed.hidden = false));
}

document.addEventListener("htmx:afterSwap", () => (failed.hidden = true));
