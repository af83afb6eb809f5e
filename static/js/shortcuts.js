// The person's keyboard shortcuts (dashboards/shortcuts.py), which the page has as data: the action of each key.

const actions = new Map(Object.entries(JSON.parse(document.body.dataset.shortcuts ?? "{}")));

const FIELDS = "input:not([type=checkbox]), textarea, select, [contenteditable]";

// Whether a key typed here is text for a field.
export const isTyping = (event) => event.target.matches(FIELDS);

// The action that a key event starts; undefined in fields, dialogs, and with modifiers. Caps lock changes nothing.
export function actionOf(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event) || document.querySelector("dialog[open]")) return undefined;
  return actions.get(event.shiftKey || event.key.length > 1 ? event.key : event.key.toLowerCase());
}
