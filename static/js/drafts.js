// Loses no typed text. A form with data-draft-key is mirrored to this device while one types, put back
// when the page comes again and the server's copy is older (data-saved-at, ISO 8601 or epoch seconds),
// and forgotten when the server has it: the event "draft-saved" on the form (HX-Trigger: draft-saved), or
// a later page with data-draft-clear="key key". Forms that save by htmx list "draft-retry" among their
// triggers; it is fired after a failure, when one is back online, and when the window is looked at again.

const STORE = "blindspot.draft.";
const OLDEST = 30 * 24 * 3600 * 1000;
const WAITS = [4, 10, 30, 60]; // seconds between tries

const SAID = {
  kept: () => "Not saved yet: kept on this device",
  saving: () => "Saving",
  saved: (at) => `Saved ${at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hourCycle: "h23" })}`,
  restored: () => "Put back from this device: not saved yet",
  offline: () => "No connection: your text is kept on this device and saved when you are back",
  refused: (status) => `The server did not take it (error ${status}): your text is kept on this device`,
  "signed-out": () => "You are signed out; your text is kept on this device. Sign in again in another tab",
  full: () => "This device cannot keep a copy: do not close this page before it is saved",
};
// Of a form that one sends on purpose (data-draft-sends), and that nothing saves while one types.
const SENT = {
  ...SAID,
  kept: () => "Not sent yet: kept on this device",
  saving: () => "Sending",
  saved: (at) => SAID.saved(at).replace("Saved", "Sent"),
  restored: () => "Put back from this device: not sent yet",
  offline: () => "Not sent yet, trying again. What you typed is kept on this device",
  refused: (status) => `Not sent yet (error ${status}), trying again. What you typed is kept on this device`,
  "signed-out": () => "Not sent: reload this page. What you typed is kept on this device",
};
const LOUD = new Set(["offline", "refused", "signed-out", "full"]);

const load = (key) => {
  try {
    return JSON.parse(localStorage.getItem(STORE + key));
  } catch {
    return null;
  }
};
const forget = (key) => localStorage.removeItem(STORE + key);

function mirrored(field) {
  if (!field.name || field.name === "csrfmiddlewaretoken" || field.matches("[data-no-draft]")) return false;
  if (field.type === "hidden") return field.matches("[data-draft]");
  return !["password", "file", "submit", "button", "reset"].includes(field.type);
}

function read(form) {
  const fields = {};
  for (const field of form.elements) {
    if (!mirrored(field)) continue;
    fields[field.name] ??= [];
    if (["checkbox", "radio"].includes(field.type)) {
      if (field.checked) fields[field.name].push(field.value);
    } else if (field.type === "select-multiple") {
      fields[field.name].push(...[...field.selectedOptions].map((option) => option.value));
    } else {
      fields[field.name].push(field.value);
    }
  }
  return fields;
}

/** Whether somebody has touched a field since the server sent it: then it is newer than any copy. */
function touched(field) {
  if (["checkbox", "radio"].includes(field.type)) return field.checked !== field.defaultChecked;
  if (field.options) {
    const chosen = [...field.options].some((option) => option.defaultSelected);
    return [...field.options].some(
      (option, index) => option.selected !== (chosen || field.multiple ? option.defaultSelected : index === 0),
    );
  }
  return field.value !== field.defaultValue;
}

/** Fills the fields that nobody has touched yet; returns whether anything was different. */
function fill(form, fields) {
  let changed = false;
  const seen = {};
  for (const field of form.elements) {
    if (!mirrored(field) || !(field.name in fields)) continue;
    const values = fields[field.name];
    const value = values[(seen[field.name] = (seen[field.name] ?? -1) + 1)] ?? "";
    if (touched(field)) continue;
    if (["checkbox", "radio"].includes(field.type)) {
      changed ||= field.checked !== values.includes(field.value);
      field.checked = values.includes(field.value);
    } else if (field.type === "select-multiple") {
      for (const option of field.options) option.selected = values.includes(option.value);
    } else {
      changed ||= field.value !== value;
      field.value = value;
    }
  }
  return changed;
}

function savedAt(form) {
  const text = form.dataset.savedAt;
  if (!text) return 0;
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text) || 0;
}

function draft(form) {
  const key = form.dataset.draftKey;
  const remote = form.matches("[hx-post], [hx-put], [hx-patch], [data-hx-post]");
  let state = form.querySelector("[data-draft-state]");
  if (!state) {
    state = document.createElement("span");
    state.dataset.draftState = "";
    form.append(state);
  }
  state.classList.add("draft-state");
  let typedAt = 0;
  let sentAt = 0;
  let tries = 0;
  let timer = 0;
  let retry = 0;

  function show(name, detail) {
    state.dataset.state = name;
    state.setAttribute("aria-live", LOUD.has(name) ? "polite" : "off");
    state.textContent = (form.matches("[data-draft-sends]") ? SENT : SAID)[name](detail);
  }

  function keep() {
    clearTimeout(timer);
    timer = 0;
    if (!form.isConnected) return true; // A form that was replaced: its successor knows better.
    try {
      localStorage.setItem(STORE + key, JSON.stringify({ at: typedAt, fields: read(form) }));
      return true;
    } catch {
      show("full");
      return false;
    }
  }

  function again() {
    clearTimeout(retry);
    retry = 0;
    if (form.isConnected && window.htmx && load(key)) window.htmx.trigger(form, "draft-retry");
  }

  /** Sends at once, and once more where that was too early to be heard. */
  function soon() {
    if (!remote) return;
    setTimeout(() => {
      again();
      retry = setTimeout(again, 1000 * WAITS[0]);
    }, 0);
  }

  function fail(name, detail) {
    if (typedAt === 0) typedAt = Date.now();
    keep();
    show(name, detail);
    if (!remote) return;
    clearTimeout(retry);
    retry = setTimeout(again, 1000 * WAITS[Math.min(tries, WAITS.length - 1)]);
    tries += 1;
  }

  function saved() {
    tries = 0;
    clearTimeout(retry);
    retry = 0;
    if (typedAt > sentAt && sentAt) return; // More was typed while this was on its way.
    clearTimeout(timer);
    forget(key);
    show("saved", new Date());
  }

  form.addEventListener("input", () => {
    typedAt = Date.now();
    if (!LOUD.has(state.dataset.state)) show("kept");
    clearTimeout(timer);
    timer = setTimeout(keep, 250);
  });
  form.addEventListener("submit", () => timer && keep());
  form.addEventListener("htmx:beforeSwap", () => timer && keep());
  form.addEventListener("htmx:beforeSend", ({ target }) => {
    if (target !== form && target.type !== "submit") return;
    sentAt = Date.now();
    if (timer) keep();
    if (!LOUD.has(state.dataset.state)) show("saving");
  });
  form.addEventListener("draft-saved", saved);
  form.addEventListener("signed-out", () => fail("signed-out"));
  form.addEventListener("htmx:sendError", () => fail("offline"));
  form.addEventListener("htmx:timeout", () => fail("offline"));
  form.addEventListener("htmx:responseError", ({ detail }) => {
    const { status } = detail.xhr;
    fail(status === 401 || status === 403 ? "signed-out" : "refused", status);
  });

  const wake = () => {
    if (!form.isConnected) {
      removeEventListener("online", wake);
      removeEventListener("focus", wake);
    } else if (retry) again();
  };
  addEventListener("online", wake);
  addEventListener("focus", wake);
  addEventListener("pagehide", () => timer && form.isConnected && keep());

  const kept = load(key);
  // What was typed before this script got here is not to be lost either.
  if ([...form.elements].some((field) => mirrored(field) && touched(field))) typedAt = Date.now();
  if (kept && kept.at > savedAt(form)) {
    if (fill(form, kept.fields)) {
      typedAt ||= kept.at;
      show("restored");
      form.dispatchEvent(new CustomEvent("draft-restored", { bubbles: true }));
      soon();
    }
  } else if (kept) {
    forget(key);
  } else if (savedAt(form)) {
    show("saved", new Date(savedAt(form)));
  }
  if (typedAt > (kept?.at ?? 0)) {
    show("kept");
    keep();
    soon();
  }
}

const known = new WeakSet();
function start(root) {
  for (const element of root.querySelectorAll("[data-draft-clear]")) {
    for (const key of element.dataset.draftClear.split(/\s+/)) forget(key);
  }
  for (const form of [root.matches?.("form[data-draft-key]") && root, ...root.querySelectorAll("form[data-draft-key]")]) {
    if (!form || known.has(form)) continue;
    known.add(form);
    draft(form);
  }
}

function sweep() {
  for (const name of Object.keys(localStorage)) {
    if (!name.startsWith(STORE)) continue;
    const kept = load(name.slice(STORE.length));
    if (!kept || Date.now() - kept.at > OLDEST) localStorage.removeItem(name);
  }
}

try {
  sweep();
  start(document);
  document.addEventListener("htmx:load", ({ target }) => start(target));
} catch {
  // Storage is closed to us: forms work as plain forms.
}
