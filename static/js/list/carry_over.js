// What a person was doing in the reading pane, for a new copy of the same mention: where it was scrolled to, what was
// open, what was typed or selected in its fields, what had the focus, and a note that is being sent. answer.js saves the
// text of a reply.

const FIELDS = "input:not([type=hidden]), select, textarea:not([data-answer] *)";

// Finds the same element in another copy; "" for one without a name of its own.
function selectorOf(element) {
  const { id, name, value, dataset } = element;
  if (dataset.action) return `[data-action="${dataset.action}"]`;
  if (id) return `#${CSS.escape(id)}`;
  if (element.matches("details")) {
    const summary = element.querySelector(":scope > summary[data-action]");
    return summary ? `details:has(> ${selectorOf(summary)})` : "";
  }
  if (element.matches("button")) return name ? `button[name="${name}"][value="${CSS.escape(value)}"]` : "";
  return name ? `${element.localName}[name="${name}"]` : "";
}

function isChanged(field) {
  if (field.matches("[type=checkbox]")) return field.checked !== field.defaultChecked;
  if (field.matches("select")) return ![...field.options].every((option) => option.selected === option.defaultSelected);
  return field.value !== field.defaultValue;
}

// The cursor of a text field; undefined for other fields.
const cursorOf = (field) => (field.matches("textarea") ? [field.selectionStart, field.selectionEnd] : undefined);

// Returns a function that restores the present state in a pane that shows the same mention.
export function carryOver(pane) {
  const { activeElement } = document;
  const scrolled = pane.querySelector(".inbox-scroll")?.scrollTop ?? 0;
  const open = [...pane.querySelectorAll("details[open]")].map(selectorOf).filter(Boolean);
  const changed = [...pane.querySelectorAll(FIELDS)].filter(isChanged).map((field) => [selectorOf(field), field]);
  const focused = pane.contains(activeElement) ? selectorOf(activeElement) : "";
  const cursor = focused && cursorOf(activeElement);
  const sending = pane.querySelector("#notes:has(form.htmx-request)"); // the response goes into this element
  return () => {
    for (const selector of open) {
      const element = pane.querySelector(selector);
      if (element) element.open = true;
    }
    for (const [selector, { value, checked }] of changed) {
      const field = selector && pane.querySelector(selector);
      if (field) Object.assign(field, field.matches("[type=checkbox]") ? { checked } : { value });
    }
    const scroller = pane.querySelector(".inbox-scroll");
    if (scroller) scroller.scrollTop = scrolled;
    if (sending) pane.querySelector("#notes").replaceWith(sending);
    const field = focused ? pane.querySelector(focused) : null;
    field?.focus({ preventScroll: true });
    if (cursor) field?.setSelectionRange(...cursor);
  };
}
