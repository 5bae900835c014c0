// The presenter's page: keys that did not get through are sent again, and clocks that go on.
// A command carries the place that its sender saw, so that sending it twice does no harm.

const RETRY = 1000;
const page = document.querySelector(".presenter");
const unsent = document.querySelector("[data-unsent]");

// --- Keys that did not get through --------------------------------------------------------------------
let waiting = null;

function label(form) {
  return form.querySelector("button span")?.textContent ?? "Jump";
}

function again(event) {
  const form = event.target.closest?.("[data-steer]");
  if (!form) return;
  event.stopPropagation();
  unsent.textContent = `“${label(form)}” is not sent yet: the server does not answer. Trying again.`;
  unsent.hidden = false;
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    if (form.isConnected) window.htmx.trigger(form, "steer-again");
    else lost(label(form));
  }, RETRY);
}

function lost(name) {
  // Somebody else moved the room on meanwhile: the page shows where it is now.
  unsent.textContent = `“${name}” was not sent: the room moved on meanwhile. Press it again if you still want it.`;
}

page.addEventListener("htmx:sendError", again);
page.addEventListener("htmx:timeout", again);
page.addEventListener("htmx:responseError", (event) => {
  if (event.detail.xhr.status >= 500) again(event);
});
// The form itself is gone by then: the page that came in its place has others.
page.addEventListener("htmx:afterOnLoad", ({ detail }) => {
  if (!detail.requestConfig.elt.matches("[data-steer]") || detail.xhr.status >= 400) return;
  clearTimeout(waiting);
  unsent.hidden = true;
});

// A button that was pressed by hand gives the focus back: the space bar then means the next step.
page.addEventListener("pointerup", (event) => event.target.closest(".key .button")?.blur());

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
