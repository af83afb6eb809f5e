// The sentiment corrections of the mentions that a row or a form is about, as [mention id, label or ""] pairs.

export const idsIn = (form) => new FormData(form).getAll("id").map((id) => ["id", id]);

// The server writes them into the row: "12:negative 13:".
export const correctionsOf = (row) => row.dataset.corrections.split(" ").map((pair) => pair.split(":"));

// A form in the pane may be about a keyword whose mention the filtered row does not show: its pressed button tells.
export function currentCorrections(form, row) {
  if (!form) return correctionsOf(row);
  const known = new Map(correctionsOf(row));
  const pressed = form.querySelector("[aria-pressed=true]")?.dataset.label ?? "";
  return idsIn(form).map(([, id]) => [id, known.get(id) ?? pressed]);
}
