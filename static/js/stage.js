// What a stage needs beside its HTML: the lines in question in sight, and a quiet word while the network
// is away. Polling goes on by itself (htmx). Errors of requests within [data-connection] are told here.

const LIT_AT = 0.3; // Where in its pane the first lit line stands.
const QUIET = 4000; // Milliseconds without an answer before anybody is told.

// --- Scrolling ---------------------------------------------------------------------------------------
function scrollToLit(root) {
  for (const pane of root.querySelectorAll("[data-scrolls]")) {
    const lit = pane.querySelector(".lit, [data-change='added'], [data-change='removed']");
    if (lit && pane.scrollHeight > pane.clientHeight) {
      const top = lit.getBoundingClientRect().top - pane.getBoundingClientRect().top + pane.scrollTop;
      pane.scrollTop = Math.max(0, top - pane.clientHeight * LIT_AT);
    } else if (pane.dataset.scrolls === "end") {
      pane.scrollTop = pane.scrollHeight;
    }
  }
}

// The same place drawn again (answers were frozen) stays where somebody scrolled it.
const kept = new Map();

function keep(root) {
  kept.clear();
  kept.set("place", root.dataset.place);
  root.querySelectorAll("[data-scrolls]").forEach((pane, index) => kept.set(index, pane.scrollTop));
}

function settle(root) {
  scrollToLit(root);
  if (kept.get("place") !== root.dataset.place) return;
  root.querySelectorAll("[data-scrolls]").forEach((pane, index) => {
    if (kept.has(index)) pane.scrollTop = kept.get(index);
  });
}

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.shouldSwap && detail.target?.dataset?.place) keep(detail.target);
});
document.addEventListener("htmx:afterSettle", () => {
  const root = document.querySelector("[data-place]");
  if (root && root !== settled) {
    settled = root;
    settle(root);
  }
});
let settled = document.querySelector("[data-place]");
document.fonts.ready.then(() => scrollToLit(settled ?? document));

// --- The network -------------------------------------------------------------------------------------
const AWAY = "Not connected. This page goes on by itself when the network is back.";
const loginPath = document.querySelector('meta[name="login-url"]')?.content ?? "";

function watch(area, state) {
  let lastHeard = Date.now();
  let failing = false;

  function say(text) {
    if (state.textContent !== text) state.textContent = text;
    state.hidden = !text;
  }

  function missed(event) {
    event.stopPropagation();
    failing = true;
    if (Date.now() - lastHeard >= QUIET) say(AWAY);
  }

  function isSignIn(xhr) {
    return Boolean(xhr.responseURL) && new URL(xhr.responseURL).pathname === loginPath;
  }

  area.addEventListener("htmx:sendError", missed);
  area.addEventListener("htmx:timeout", missed);
  area.addEventListener("htmx:responseError", (event) => {
    const { status } = event.detail.xhr;
    if (status >= 500 || status === 429) missed(event);
    else say("This page may not be shown here any more. Open it again from the course.");
    event.stopPropagation();
  });
  // A poll that is sent on to the sign-in page is not what is on the stage.
  area.addEventListener("htmx:beforeSwap", (event) => {
    if (!isSignIn(event.detail.xhr)) return;
    event.detail.shouldSwap = false;
    event.stopPropagation();
    say("You are signed out. Sign in again in another tab; this page goes on by itself.");
  });
  area.addEventListener("htmx:afterOnLoad", ({ detail }) => {
    if (detail.xhr.status >= 400 || isSignIn(detail.xhr)) return;
    lastHeard = Date.now();
    failing = false;
    say("");
  });
  // A request that hangs is told of too.
  setInterval(() => {
    if (failing && Date.now() - lastHeard >= QUIET) say(AWAY);
  }, 1000);
}

const area = document.querySelector("[data-connection]");
if (area) watch(area, document.querySelector("[data-connection-state]"));
