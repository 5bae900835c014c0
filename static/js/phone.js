// The phone in a room. It asks for news every two seconds and less often while nobody answers; sends an
// answer again by itself until the server has it (drafts.js keeps it meanwhile); and says what was not
// sent when a question closes. Without this script the page is plain forms and a link to look again.

const PAUSE = 2000;
const LONGEST = 15000;
const room = document.getElementById("room");
const line = document.getElementById("line");
const left = document.getElementById("left");
const announced = document.getElementById("announced");
const answer = () => document.getElementById("answer");
const title = () => document.querySelector("#screen h1")?.textContent ?? "";

// --- News ---------------------------------------------------------------------------------------------
let failures = 0;
let timer = 0;
let shown = title();

function look() {
  clearTimeout(timer);
  window.htmx.trigger(room, "look");
}

function lookLater() {
  clearTimeout(timer);
  if (document.getElementById("screen").dataset.kind === "over") return;
  const pause = Math.min(PAUSE * 2 ** Math.max(0, failures - 1), LONGEST);
  // Jittered: three hundred phones that lost the network together do not come back together.
  timer = setTimeout(look, pause * (0.85 + 0.3 * Math.random()));
}

room.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.successful) {
    if (failures) again();
    failures = 0;
    line.textContent = "";
  } else {
    failures += 1;
    // One lost request is nothing to tell of.
    if (failures === 2) line.textContent = "No connection: trying again";
  }
  lookLater();
});
addEventListener("online", look);
document.addEventListener("visibilitychange", () => document.hidden || look());

// The line above says it; the notices of other pages would say it at every try.
for (const element of [room, document.querySelector("[data-here]")]) {
  for (const name of ["htmx:sendError", "htmx:responseError"]) {
    element.addEventListener(name, (event) => event.stopPropagation());
  }
}

// --- The answer -----------------------------------------------------------------------------------------
const wired = new WeakSet();

/** Whether something was filled in that the server does not have. */
function unsent(form) {
  const { state } = form.querySelector("[data-draft-state]").dataset;
  return Boolean(state) && state !== "saved";
}

function again() {
  const form = answer();
  if (form?.elements.pending.value) window.htmx.trigger(form, "send-again");
}

function count(form) {
  const marked = form.querySelectorAll("input[name=line]:checked").length;
  form.querySelector("[data-send]").textContent = marked ? `Send ${marked} ${marked === 1 ? "line" : "lines"}` : "Send";
}

function wire(form) {
  if (wired.has(form)) return;
  wired.add(form);
  const { pending } = form.elements;
  const state = form.querySelector("[data-draft-state]");
  form.addEventListener("input", () => count(form));
  form.addEventListener("draft-restored", () => count(form));
  form.addEventListener("htmx:beforeRequest", () => {
    // Kept with the rest, so that a page that is reloaded goes on trying.
    pending.value = "yes";
    form.dispatchEvent(new Event("input"));
  });
  form.addEventListener("draft-saved", () => {
    pending.value = "";
    left.textContent = "";
  });
  form.addEventListener("draft-retry", again);
  form.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (detail.xhr?.status !== 422) return;
    // It was heard and not taken: trying again helps nobody.
    pending.value = "";
    delete state.dataset.state;
    form.dispatchEvent(new Event("input"));
  });
  for (const name of ["htmx:sendError", "htmx:responseError"]) {
    form.addEventListener(name, (event) => event.stopPropagation());
  }
}

function tell(text, typed = "") {
  const notice = document.createElement("p");
  notice.className = "notice";
  notice.textContent = text;
  left.replaceChildren(notice);
  if (!typed) return;
  const record = document.createElement("pre");
  record.className = "record";
  record.textContent = typed;
  left.append(record);
}

/** What is filled in, to be read after its question has gone. */
function typedIn(form) {
  const lines = [...form.querySelectorAll("input[name=line]:checked")].map((box) => {
    const file = box.closest("details").querySelector("summary").textContent.trim();
    return `${file} ${box.value.split(":")[1]}`;
  });
  const texts = [...form.querySelectorAll("input[type=text], textarea")].map((field) => field.value.trim());
  return [lines.join(", "), ...texts].filter(Boolean).join("\n");
}

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.requestConfig?.elt !== room || detail.target.id !== "screen") return;
  const form = answer();
  left.textContent = "";
  if (form && unsent(form)) tell(`“${title()}” closed before your last change was sent. This is what you filled in:`, typedIn(form));
});

function refresh() {
  const form = answer();
  if (form) {
    const isFrozen = Boolean(document.querySelector("#standing [data-frozen]"));
    const fields = form.querySelector("[data-fields]");
    if (isFrozen && !fields.disabled && unsent(form)) tell("What you changed last was not sent before the answers were frozen.");
    fields.disabled = isFrozen;
    form.querySelector("[data-send]").hidden = isFrozen;
    wire(form);
    count(form);
  }
  if (title() !== shown) announced.textContent = shown = title();
}

document.addEventListener("htmx:load", refresh);
refresh();
if (answer()?.elements.pending.value) again();
lookLater();
