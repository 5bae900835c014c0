// Choosing lines and noting on them. One cursor roves over the line numbers: arrows or j and k move
// it, Shift extends, Enter or n opens the note form, Escape lets go, [ and ] go to the claim before
// and after. A click on a number notes on that line, Shift-click on the range from the one before.
// One listener a kind for the whole reader, however long the file.

const STORE = "blindspot.draft.";
const WRAP = "blindspot.wrap";

function recall(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function readerOf(reader) {
  const lines = reader.querySelector(".lines");
  const live = document.createElement("p");
  live.className = "visually-hidden";
  live.setAttribute("role", "status");
  reader.append(live);

  const rows = [...lines.children].filter((element) => element.matches(".line"));
  const count = rows.length;
  const noteUrl = reader.dataset.noteUrl;
  let anchor = 0;
  let head = 0;
  let marked = [];
  let stop = null;
  let address = 0;

  const line = (number) => rows[number - 1];
  const number = (element) => Number(element.closest(".line").id.slice(1));
  const span = () => [Math.min(anchor, head), Math.max(anchor, head)];
  const composing = () => lines.getElementsByClassName("composing")[0];
  const claims = () => [...lines.getElementsByClassName("claim")].filter((claim) => !claim.matches(".composing"));

  function say() {
    const [first, last] = span();
    const code = line(head).querySelector("code").textContent.trim().slice(0, 120);
    const about = claims().filter((claim) => Number(claim.dataset.first) === head).length;
    const remarks = about ? `, ${about} ${about === 1 ? "remark" : "remarks"}` : "";
    live.textContent =
      first === last ? `Line ${head}${remarks}: ${code || "empty"}` : `Lines ${first} to ${last} chosen: ${code || "empty"}`;
  }

  function show() {
    for (const row of marked) row.classList.remove("chosen");
    marked = [];
    if (!head) return;
    const [first, last] = span();
    for (let n = first; n <= last; n += 1) {
      const row = line(n);
      row.classList.add("chosen");
      marked.push(row);
    }
    clearTimeout(address); // Browsers refuse a flood of these while a key is held.
    address = setTimeout(() => {
      history.replaceState(history.state, "", first === last ? `#L${first}` : `#L${first}-L${last}`);
    }, 150);
    for (const [name, value] of [["first", first], ["last", last]]) {
      const field = reader.querySelector(`.note-on-lines [name="${name}"]`);
      if (field) field.value = value;
    }
  }

  function rove(to) {
    if (stop) stop.tabIndex = -1;
    stop = line(to).querySelector(".n");
    stop.tabIndex = 0;
  }

  /** Moves the cursor; with `extend` the other end of the range stays. */
  function choose(to, { extend = false, focus = true } = {}) {
    head = Math.min(Math.max(to, 1), count);
    if (!extend || !anchor) anchor = head;
    show();
    rove(head);
    if (focus) line(head).querySelector(".n").focus();
    say();
    reader.dispatchEvent(new CustomEvent("reader:line", { detail: { line: head } }));
  }

  function letGo() {
    anchor = 0;
    head = 0;
    show();
    clearTimeout(address);
    history.replaceState(history.state, "", location.pathname + location.search);
    live.textContent = "No line chosen";
  }

  // --- The note form ---------------------------------------------------------------------------------
  function moveForm(card) {
    const [first, last] = span();
    line(last).after(card);
    for (const [name, value] of [["first", first], ["last", last]]) {
      const field = card.querySelector(`[name="${name}"]`);
      if (field) {
        field.value = value;
        field.dispatchEvent(new Event("input", { bubbles: true }));
      }
    }
  }

  async function openNote({ focus = true } = {}) {
    if (!noteUrl || !window.htmx || !head) return;
    let card = composing();
    if (card?.querySelector("[data-note-form]")) {
      moveForm(card); // A form that is open moves along and keeps what was typed.
    } else {
      const [first, last] = span();
      card?.remove();
      card = document.createElement("article");
      card.className = "claim composing";
      card.dataset.side = "left";
      card.setAttribute("aria-label", "New note");
      line(last).after(card);
      await window.htmx.ajax("GET", noteUrl, {
        source: reader,
        target: card,
        swap: "innerHTML",
        values: { path: reader.dataset.path, first, last },
      });
      if (!card.querySelector("form")) {
        card.remove();
        return;
      }
    }
    if (focus) focusForm(card);
  }

  function focusForm(card) {
    const field = card.querySelector("[autofocus]") ?? card.querySelector("input:not([type=hidden], [name=first], [name=last]), select, textarea");
    field?.focus();
  }

  function closeNote() {
    composing()?.remove();
    if (head) line(head).querySelector(".n").focus();
  }

  lines.addEventListener("click", (event) => {
    const link = event.target.closest(".n");
    if (!link || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    choose(number(link), { extend: event.shiftKey });
    openNote();
  });
  reader.addEventListener("click", (event) => {
    if (!event.target.closest("[data-note-cancel]")) return;
    event.preventDefault();
    closeNote();
  });
  // What is wrong with a note is shown in its form; the finished note takes the form's place.
  reader.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (detail.xhr.status === 422 && detail.target.matches(".composing")) detail.swapOverride = "innerHTML";
  });
  // A form that was answered by its finished note leaves the focus nowhere: take it back to the line.
  reader.addEventListener("htmx:afterSettle", ({ target }) => {
    if (!target.matches?.(".claim:not(.composing)") || document.activeElement !== document.body || !head) return;
    line(head).querySelector(".n").focus({ preventScroll: true });
    live.textContent = "The note is kept.";
  });
  reader.querySelector(".note-on-lines")?.addEventListener("submit", (event) => {
    if (!noteUrl || !window.htmx) return;
    const first = Number(event.target.elements.first.value);
    const last = Number(event.target.elements.last.value) || first;
    if (!(first >= 1 && last >= first && last <= count)) return; // The server says what is wrong.
    event.preventDefault();
    anchor = first;
    choose(last, { extend: true, focus: false });
    openNote();
  });

  // --- Keyboard ---------------------------------------------------------------------------------------
  function claimStep(by) {
    const starts = claims().map((claim) => Number(claim.dataset.first)).sort((a, b) => a - b);
    const to = by > 0 ? starts.find((first) => first > head) : starts.findLast((first) => first < (head || Infinity));
    if (to) choose(to);
  }

  const PAGE = 20;
  const MOVES = {
    ArrowDown: () => head + 1,
    j: () => head + 1,
    J: () => head + 1,
    ArrowUp: () => head - 1,
    k: () => head - 1,
    K: () => head - 1,
    PageDown: () => head + PAGE,
    PageUp: () => head - PAGE,
    Home: () => 1,
    End: () => count,
  };

  reader.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest(".composing")) {
      if (event.key !== "Escape") return;
      event.preventDefault();
      if (head) line(head).querySelector(".n").focus();
      return;
    }
    if (!event.target.closest(".text") || event.target.closest(".claim")) return;
    if (MOVES[event.key]) {
      event.preventDefault();
      choose(MOVES[event.key](), { extend: event.shiftKey });
    } else if ((event.key === "Enter" || event.key === "n") && head) {
      event.preventDefault();
      openNote();
    } else if (event.key === "Escape" && head) {
      event.preventDefault();
      letGo();
    } else if (event.key === "]" || event.key === "[") {
      event.preventDefault();
      claimStep(event.key === "]" ? 1 : -1);
    }
  });

  // --- Long lines: scroll, or wrap -----------------------------------------------------------------------
  const wrap = reader.querySelector("[data-wrap]");
  if (wrap) {
    wrap.closest("[hidden]")?.removeAttribute("hidden");
    wrap.checked = recall(WRAP) === "1";
    reader.toggleAttribute("data-wrapped", wrap.checked);
    wrap.addEventListener("change", () => {
      try {
        localStorage.setItem(WRAP, wrap.checked ? "1" : "0");
      } catch {
        // It then holds for this page only.
      }
      reader.toggleAttribute("data-wrapped", wrap.checked);
    });
  }

  // --- On arrival ----------------------------------------------------------------------------------------
  if (count) rove(1);
  const asked = location.hash.match(/^#L(\d+)(?:-L(\d+))?$/);
  if (asked && Number(asked[2] ?? asked[1]) <= count && Number(asked[1]) >= 1) {
    anchor = Number(asked[1]);
    choose(Number(asked[2] ?? asked[1]), { extend: true, focus: false });
    line(anchor).scrollIntoView({ block: "center" });
  }
  // A new note that never reached the server is opened again where it stood.
  const kept = reader.dataset.newNoteDraft && recall(STORE + reader.dataset.newNoteDraft);
  if (kept && !composing()) {
    const { fields } = JSON.parse(kept);
    anchor = Number(fields.first?.[0]) || 1;
    choose(Number(fields.last?.[0]) || anchor, { extend: true, focus: false });
    openNote({ focus: false });
  }
}

const known = new WeakSet();
function start(root) {
  for (const reader of [root.matches?.(".reader") && root, ...root.querySelectorAll(".reader")]) {
    if (!reader || known.has(reader) || !reader.querySelector(".lines")) continue;
    known.add(reader);
    readerOf(reader);
  }
}

start(document);
document.addEventListener("htmx:load", ({ target }) => start(target));
