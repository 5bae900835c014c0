// Puts the steps of <ol data-ordering> into another order: drag one by its handle, or move it with the
// arrow keys while its handle has the focus. Enter (or leaving it) puts it there, Escape takes it back.
// What is sent is the form of the step with the field "to"; the server answers with the list as it then is.

const list = () => document.querySelector("[data-ordering]");
const items = () => [...list().children];

let held = null; // { item, from } while a step is on its way.

function say(text) {
  let status = document.getElementById("ordering-said");
  if (!status) {
    status = document.createElement("p");
    status.id = "ordering-said";
    status.className = "visually-hidden";
    status.setAttribute("role", "status");
    document.getElementById("main").append(status);
  }
  status.textContent = text;
}

const place = (item) => items().indexOf(item);
const told = (item) => `“${item.dataset.title}”, place ${place(item) + 1} of ${items().length}`;

function take(item) {
  held = { item, from: place(item) };
  item.dataset.held = "";
}

/** Moves the neighbours, not the step: an element that is moved loses the focus. */
function shift(item, to) {
  while (place(item) < to && item.nextElementSibling) item.before(item.nextElementSibling);
  while (place(item) > to && item.previousElementSibling) item.after(item.previousElementSibling);
}

function release() {
  const { item } = held;
  held = null;
  delete item.dataset.held;
  return item;
}

function putBack() {
  shift(held.item, held.from);
  const item = release();
  say(`Back: ${told(item)}`);
}

function put() {
  const { from } = held;
  const item = release();
  const to = place(item);
  if (to === from) return;
  const form = item.querySelector("form");
  const field = document.createElement("input");
  field.type = "hidden";
  field.name = "to";
  field.value = to;
  form.append(field);
  say(`Put there: ${told(item)}`);
  form.requestSubmit();
}

document.addEventListener("keydown", (event) => {
  const handle = event.target.closest?.("[data-handle]");
  if (!handle) return;
  const item = handle.closest("[data-step]");
  const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (by) {
    event.preventDefault();
    if (!held) take(item);
    shift(item, Math.max(0, Math.min(items().length - 1, place(item) + by)));
    item.scrollIntoView({ block: "nearest" });
    say(told(item));
  } else if (held && ["Enter", " "].includes(event.key)) {
    event.preventDefault();
    put();
  } else if (held && event.key === "Escape") {
    event.preventDefault();
    putBack();
  }
});

document.addEventListener("focusout", (event) => {
  if (held && !held.pointer && event.target.matches("[data-handle]")) put();
});

document.addEventListener("pointerdown", (event) => {
  const handle = event.target.closest?.("[data-handle]");
  if (!handle || event.button !== 0) return;
  event.preventDefault();
  handle.focus();
  handle.setPointerCapture(event.pointerId);
  if (held) release();
  take(handle.closest("[data-step]"));
  held.pointer = event.pointerId;
});

document.addEventListener("pointermove", (event) => {
  if (held?.pointer !== event.pointerId) return;
  const above = items().filter((other) => {
    const box = other.getBoundingClientRect();
    return other !== held.item && box.top + box.height / 2 < event.clientY;
  });
  shift(held.item, above.length);
});

document.addEventListener("pointerup", (event) => {
  if (held?.pointer === event.pointerId) put();
});
document.addEventListener("pointercancel", (event) => {
  if (held?.pointer === event.pointerId) putBack();
});

function start() {
  for (const part of document.querySelectorAll("[data-handle], [data-ordering-help]")) part.hidden = false;
}

// The list comes anew, with its handles hidden: whoever held one holds it again.
let focused = null;
document.addEventListener("htmx:beforeSwap", () => {
  focused = document.activeElement?.closest("[data-ordering]") ? document.activeElement : null;
});
document.addEventListener("htmx:afterSwap", () => {
  start();
  if (!focused) return;
  const again = document.getElementById(focused.id);
  (again?.disabled ? again.closest("[data-step]").querySelector("[data-handle]") : again)?.focus();
  focused = null;
});
start();
