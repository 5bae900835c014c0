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

// The same place drawn again (answers were frozen) stays where somebody scrolled it. The presenter's keys
// scroll it by pages from where it begins, on the wall and in every window alike.
const PAGE = 0.85; // Of a pane's height, so that a line or two are seen twice.
const SPARE = 2; // The wall is lower than the presenter's picture: it has more pages, so many times and beyond.
const still = matchMedia("(prefers-reduced-motion: reduce)");
const kept = new Map();

function panesOf(root) {
  return [...root.querySelectorAll("[data-scrolls]")];
}

function keep(root) {
  kept.clear();
  kept.set("place", root.dataset.place);
  kept.set("page", root.dataset.page);
  panesOf(root).forEach((pane, index) => kept.set(index, pane.scrollTop));
}

function settle(root) {
  scrollToLit(root);
  const page = Number(root.dataset.page ?? 0);
  const isSame = kept.get("place") === root.dataset.place;
  const most = { up: 0, down: SPARE };
  panesOf(root).forEach((pane, index) => {
    const turn = PAGE * pane.clientHeight || 1;
    const begins = pane.scrollTop;
    const there = begins + page * turn;
    if (isSame && kept.has(index)) pane.scrollTop = kept.get(index);
    else pane.scrollTop = there;
    if (isSame && kept.get("page") !== root.dataset.page) {
      pane.scrollTo({ top: there, behavior: still.matches ? "instant" : "smooth" });
    }
    const below = pane.scrollHeight - pane.clientHeight - begins;
    most.down = Math.max(most.down, SPARE * (1 + below / turn));
    if (begins > 0) most.up = Math.max(most.up, SPARE * (1 + begins / turn));
  });
  stop("down", page >= most.down);
  stop("up", page <= -most.up);
}

// On the presenter's page a key that leads nowhere is off: pressed in vain it would count all the same.
function stop(command, isOver) {
  const key = document.getElementById(`key-${command}`);
  if (key && isOver) key.disabled = true;
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
document.fonts.ready.then(() => (settled ? settle(settled) : scrollToLit(document)));

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
