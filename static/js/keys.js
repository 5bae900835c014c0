// A declarative keyboard layer. An element with data-key="v" is clicked (a field is focused) on that
// key while no field has the focus; data-key-label names it in the help that "?" opens. It may have
// several keys with spaces between them; the space bar itself is Space. A page may
// list keys that another script handles with <template data-key-note="j" data-key-label="...">.
// Escape leaves a field. Within data-keys-after a form that was taken leaves it too, so that the next key
// is a command again.

const FIELDS = "input, select, textarea, [contenteditable]";
const TYPED = ":is(input:not([type=checkbox], [type=radio], [type=button], [type=submit]), select, textarea, [contenteditable])";

function visible(element) {
  return element.checkVisibility?.() ?? element.offsetParent !== null;
}

function listed() {
  const rows = new Map([["?", "This list"]]);
  for (const element of document.querySelectorAll("[data-key-label]")) {
    const note = element.dataset.keyNote;
    if (note) rows.set(note, element.dataset.keyLabel);
    else if (element.dataset.key && visible(element)) rows.set(element.dataset.key, element.dataset.keyLabel);
  }
  return rows;
}

function help() {
  document.querySelector("dialog[data-keys]")?.remove();
  const dialog = document.createElement("dialog");
  dialog.className = "dialog";
  dialog.dataset.keys = "";
  dialog.setAttribute("aria-labelledby", "keys-title");
  const title = document.createElement("h2");
  title.id = "keys-title";
  title.textContent = "Keyboard";
  const list = document.createElement("dl");
  list.className = "keys-list";
  for (const [keys, label] of listed()) {
    const dt = document.createElement("dt");
    for (const key of keys.split(" ")) {
      const kbd = document.createElement("kbd");
      kbd.textContent = key;
      dt.append(kbd, " ");
    }
    const dd = document.createElement("dd");
    dd.textContent = label;
    list.append(dt, dd);
  }
  const form = document.createElement("form");
  form.method = "dialog";
  const close = document.createElement("button");
  close.className = "button quiet";
  close.textContent = "Close";
  form.append(close);
  dialog.append(title, list, form);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (document.querySelector("dialog[open]")) return;
  const field = event.target.closest?.(TYPED);
  if (field) {
    if (event.key === "Escape") field.blur();
    return;
  }
  if (event.key === "?") {
    event.preventDefault();
    help();
    return;
  }
  const name = event.key === " " ? "Space" : event.key;
  // The space bar presses the button that has the focus, as everywhere; it follows no link.
  if (name === "Space" && event.target.closest?.("button, summary, [type=checkbox], [type=radio]")) return;
  const target = [...document.querySelectorAll(`[data-key~="${CSS.escape(name)}"]`)].find(visible);
  if (!target || target.disabled) return;
  event.preventDefault();
  if (target.matches(FIELDS) && !["checkbox", "radio"].includes(target.type)) target.focus();
  else target.click();
});

document.addEventListener("htmx:afterSettle", ({ detail }) => {
  const field = document.activeElement?.closest(TYPED);
  const taken = detail.xhr?.status === 200 && detail.requestConfig?.verb === "post";
  if (taken && field?.closest("[data-keys-after]")) field.blur();
});

for (const button of document.querySelectorAll("[data-keys-help]")) {
  button.hidden = false;
  button.addEventListener("click", help);
}
