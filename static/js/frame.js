// The frame of every page: theme, menus, and what htmx cannot say by itself.

const root = document.documentElement;
const loginPath = document.querySelector('meta[name="login-url"]')?.content ?? "";

// --- Theme: as the system, light, dark; kept on this device ---------------------------------------
const CHOICES = ["system", "light", "dark"];
const WORDS = { system: "as the system", light: "light", dark: "dark" };

function showTheme(button) {
  const choice = root.dataset.theme ?? "system";
  button.dataset.choice = choice;
  button.querySelector("span").textContent = `Theme: ${WORDS[choice]}`;
  button.title = `Theme: ${WORDS[choice]}`;
}

for (const button of document.querySelectorAll("[data-theme-toggle]")) {
  button.hidden = false;
  showTheme(button);
  button.addEventListener("click", () => {
    const next = CHOICES[(CHOICES.indexOf(root.dataset.theme ?? "system") + 1) % CHOICES.length];
    if (next === "system") delete root.dataset.theme;
    else root.dataset.theme = next;
    try {
      if (next === "system") localStorage.removeItem("blindspot.theme");
      else localStorage.setItem("blindspot.theme", next);
    } catch {
      // It then holds for this page only.
    }
    showTheme(button);
  });
}

// --- Menus close when one looks elsewhere -----------------------------------------------------------
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("[data-menu][open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("[data-menu][open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

// --- htmx --------------------------------------------------------------------------------------------
// After signing in again in another tab the token has changed: always send the one of the cookie.
function csrfCookie() {
  return document.cookie.match(/(?:^|;\s*)csrftoken=([^;]+)/)?.[1];
}

document.addEventListener("htmx:configRequest", ({ detail }) => {
  const token = csrfCookie();
  if (!token || detail.verb === "get") return;
  detail.headers["X-CSRFToken"] = token;
  if ("csrfmiddlewaretoken" in detail.parameters) detail.parameters.csrfmiddlewaretoken = token;
});
document.addEventListener("submit", ({ target }) => {
  const token = csrfCookie();
  const field = target.elements?.namedItem("csrfmiddlewaretoken");
  if (token && field instanceof HTMLInputElement) field.value = token;
});

// A part that asks for news by itself asks only while somebody sees the page.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (document.hidden && event.target.matches("[data-while-seen]")) event.preventDefault();
});

function say(text, link) {
  const notices = document.getElementById("notices");
  notices.querySelector("[data-from-script]")?.remove();
  if (!text) return;
  const notice = document.createElement("p");
  notice.className = "notice";
  notice.dataset.level = "error";
  notice.dataset.fromScript = "";
  notice.append(text);
  if (link) {
    const a = document.createElement("a");
    a.href = link.href;
    a.target = "_blank";
    a.textContent = link.text;
    notice.append(a);
  }
  notices.append(notice);
}

// A request that was sent on to the sign-in page is not an answer: leave the page as it is.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  if (!loginPath || !xhr.responseURL) return;
  if (new URL(xhr.responseURL).pathname !== loginPath || location.pathname === loginPath) return;
  event.detail.shouldSwap = false;
  event.target.dispatchEvent(new CustomEvent("signed-out", { bubbles: true }));
  say("You are signed out. What you typed is kept on this device. ", {
    href: loginPath,
    text: "Sign in again in a new tab",
  });
});

let failed = false;
document.addEventListener("htmx:sendError", ({ detail }) => {
  failed = true;
  if (detail.requestConfig?.verb !== "get") {
    say("The server cannot be reached. Nothing was changed; what you typed is kept. Try again when you are back online.");
  } else {
    say("The server cannot be reached. This page may be out of date; it goes on by itself when the server answers.");
  }
});
document.addEventListener("htmx:responseError", ({ detail }) => {
  failed = true;
  const { status } = detail.xhr;
  if (status === 401 || status === 403) {
    say("This is not allowed, or you are signed out. Nothing was changed. Reload the page to see where you stand.");
  } else if (status === 404) {
    say("That is not there any more. Nothing was changed. Reload the page to see what is.");
  } else if (status === 429) {
    say("That was too much in a short time. Nothing was changed. Wait a minute and try again.");
  } else {
    say(`The server could not do that (error ${status}). Nothing was changed; what you typed is kept. Try again.`);
  }
});
document.addEventListener("htmx:afterOnLoad", ({ detail }) => {
  if (!failed || !detail.successful) return;
  failed = false;
  say("");
});
