// The presenter's page: keys that did not get through are sent again, and clocks that go on.
// A command carries the place that its sender saw and the name of the page's drawing, so that sending it
// twice does no harm.

const RETRY = 1000;
const page = document.querySelector(".presenter");
const unsent = document.querySelector("[data-unsent]");
const notices = document.getElementById("notices");

// --- Keys: one at a time, in their order, until each has arrived ---------------------------------------
const MOST_WAITING = 5;
let flying = null; // The form that is under way.
let failed = null; // The form that did not get through, and is sent again by and by.
let timer = null;
let typed = ""; // What stood in the field of the jump before the page was drawn.
const pressed = []; // What presses a key that was pressed meanwhile, on the page that the one before leads to.

function label(form) {
  return form.querySelector("button span")?.textContent ?? "Jump";
}

// A key by its command, a step of the list by its place, a jump by the number that was typed.
function pressing(form, submitter) {
  if (form.dataset.command) return () => document.getElementById(`key-${form.dataset.command}`)?.click();
  if (submitter?.name === "to") {
    return () => document.querySelector(`#all-steps [name="to"][value="${submitter.value}"]`)?.click();
  }
  const number = form.elements.number.value;
  return () => {
    const field = document.getElementById("jump");
    if (field) field.value = number;
    field?.form.requestSubmit();
  };
}

// Before htmx drops what the same form sends twice.
page.addEventListener("htmx:confirm", (event) => {
  const form = event.target.closest?.("[data-steer]");
  if (!form) return;
  const isAgain = form === failed && timer === null;
  if (flying || (failed && !isAgain)) {
    event.preventDefault();
    // Who presses again because nothing happens does not want to go on twice.
    const submitter = event.detail.triggeringEvent?.submitter;
    if (!failed && pressed.length < MOST_WAITING) pressed.push(pressing(form, submitter));
    return;
  }
  flying = form;
});
// What a poll heard meanwhile is let go: drawn first, it would take the form away, and nobody would hear
// what became of it. The form's own answer is as new. One that did not get through may have arrived all the
// same: sent again it does no harm, and its answer shows where the room is.
page.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const { elt } = detail.requestConfig;
  if ((flying || failed) && elt.id === "desk") detail.shouldSwap = false;
  if (!detail.shouldSwap || detail.target.id !== "desk") return;
  // A number that is being typed stays, whoever's answer draws the page; one that led somewhere does not.
  const isJump = elt.matches("[data-steer]:not([data-command])") && detail.xhr.status < 400;
  typed = isJump ? "" : document.getElementById("jump")?.value ?? "";
});
page.addEventListener("htmx:afterSwap", () => {
  const field = document.getElementById("jump");
  if (field && typed) field.value = typed;
  typed = "";
});

function again(event) {
  const form = event.target.closest?.("[data-steer]");
  if (!form) return;
  event.stopPropagation();
  flying = null;
  failed = form;
  pressed.length = 0;
  unsent.textContent = `“${label(form)}” is not sent yet: the server does not answer. Trying again.`;
  unsent.hidden = false;
  clearTimeout(timer);
  timer = setTimeout(() => {
    timer = null;
    window.htmx.trigger(form, "steer-again");
  }, RETRY);
}

page.addEventListener("htmx:sendError", again);
page.addEventListener("htmx:timeout", again);
page.addEventListener("htmx:responseError", (event) => {
  if (event.detail.xhr.status >= 500) again(event);
  else if (event.target.closest?.("[data-steer]")) {
    flying = failed = null;
    pressed.length = 0;
  }
});
// The form itself is gone by then: the page that came in its place has others.
page.addEventListener("htmx:afterOnLoad", ({ detail }) => {
  if (!detail.requestConfig.elt.matches("[data-steer]") || detail.xhr.status >= 400) return;
  flying = failed = null;
  unsent.hidden = true;
  // A key of which something is said led nowhere; those after it were meant for where it leads.
  if (notices.firstElementChild && pressed.length) {
    pressed.length = 0;
    notices.firstElementChild.append(" What was pressed after it was not sent.");
  }
  pressed.shift()?.();
});

// A button that was pressed by hand gives the focus back: the space bar then means the next step.
page.addEventListener("pointerup", (event) => event.target.closest(".key .button")?.blur());
// So does the field of the jump: the next key is a command again, whoever's answer draws the page first.
page.addEventListener("submit", (event) => event.target.querySelector("#jump")?.blur());

// An open list of steps stays open when the page follows the room.
let open = false;
page.addEventListener("toggle", (event) => {
  if (event.target.id === "all-steps") open = event.target.open;
}, true);
document.addEventListener("htmx:afterSettle", () => {
  const steps = document.getElementById("all-steps");
  if (steps && open) steps.open = true;
  begin();
});

// --- Clocks --------------------------------------------------------------------------------------------
let began = performance.now();
let drawn = null;

function begin() {
  const clocks = document.querySelector("[data-clocks]");
  if (clocks === drawn) return;
  drawn = clocks;
  began = performance.now();
  tick();
}

function written(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

function tick() {
  if (!drawn) return;
  const gone = (performance.now() - began) / 1000;
  const step = Number(drawn.dataset.step) + gone;
  const whole = Number(drawn.dataset.whole) + gone;
  drawn.querySelector('[data-clock="step"]').textContent = written(step);
  drawn.querySelector('[data-clock="whole"]').textContent = written(whole);
  const behind = whole - (Number(drawn.dataset.before) + Math.min(step, Number(drawn.dataset.stepPlanned)));
  const warning = document.querySelector("[data-behind]");
  warning.hidden = behind < Number(drawn.dataset.late);
  warning.querySelector("[data-behind-minutes]").textContent = Math.round(behind / 60);
}

begin();
setInterval(tick, 1000);
