// Texts of replies that aren't saved on the server yet, in this browser by person and mention: { text, version }.

const keyOf = (box) => `vigie-reply:${box.dataset.answer}`;

// Browsers may refuse storage; the text is then in the field only.
function store(use) {
  try {
    return use(localStorage);
  } catch {
    return null;
  }
}

export const keep = (box, value) => store((storage) => storage.setItem(keyOf(box), JSON.stringify(value)));
export const release = (box) => store((storage) => storage.removeItem(keyOf(box)));
export const keptFor = (box) => store((storage) => JSON.parse(storage.getItem(keyOf(box))));
