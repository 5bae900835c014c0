// Repeated fields: <fieldset data-rows="said" data-most="100"> holds one <fieldset data-row> a row, an empty
// one in a <template>, the fields by which Django counts them, and a button [data-another]. Without this
// script that button asks the server for one more row, and a tick takes a row out when the form is saved.

const NAMES = ["name", "id", "for", "aria-describedby"];

function rowsOf(group) {
  const name = group.dataset.rows;
  const total = group.querySelector(`[name="${name}-TOTAL_FORMS"]`);
  const template = group.querySelector("template");
  const another = group.querySelector("[data-another]");
  const said = group.querySelector("[data-said]");
  const all = () => [...group.querySelectorAll("[data-row]")];

  // With a draft the number of its rows is kept, so that none of them is lost.
  total.dataset.draft = "";

  function tick(row) {
    row.toggleAttribute("data-out", row.querySelector('input[name$="-DELETE"]').checked);
  }

  function add() {
    const number = Number(total.value);
    if (number >= Number(group.dataset.most)) return null;
    const row = template.content.querySelector("[data-row]").cloneNode(true);
    for (const part of row.querySelectorAll("*")) {
      for (const name of NAMES) {
        const value = part.getAttribute(name);
        if (value?.includes("__prefix__")) part.setAttribute(name, value.replaceAll("__prefix__", number));
      }
    }
    row.querySelector("[data-number]").textContent = number + 1;
    group.insertBefore(row, template);
    total.value = number + 1;
    another.disabled = number + 1 >= Number(group.dataset.most);
    return row;
  }

  another.addEventListener("click", (event) => {
    event.preventDefault();
    const row = add();
    if (!row) return;
    row.querySelector("input:not([type=hidden]), select, textarea")?.focus();
    said.textContent = `Row ${total.value} is there`;
  });
  group.addEventListener("change", ({ target }) => target.name?.endsWith("-DELETE") && tick(target.closest("[data-row]")));
  another.disabled = all().length >= Number(group.dataset.most);
  all().forEach(tick);
  return { name, total, add };
}

/** Rows that were typed and never saved: drafts.js fills only fields that are there. */
function restore(form, groups) {
  let kept = null;
  try {
    kept = JSON.parse(localStorage.getItem(`blindspot.draft.${form.dataset.draftKey}`))?.fields;
  } catch {
    return;
  }
  for (const { name, total, add } of kept ? groups : []) {
    const count = Number(kept[`${name}-TOTAL_FORMS`]?.[0] ?? 0);
    while (Number(total.value) < count) {
      const row = add();
      if (!row) break;
      for (const field of row.querySelectorAll("input, select, textarea")) {
        const values = kept[field.name];
        if (!values) continue;
        if (["checkbox", "radio"].includes(field.type)) field.checked = values.includes(field.value);
        else field.value = values[0] ?? "";
      }
    }
  }
}

for (const form of document.querySelectorAll("form[data-draft-key]")) {
  restore(form, [...form.querySelectorAll("[data-rows]")].map(rowsOf));
}
