// Lays the claims of a reader out in its margins: each beside its first line, stacked where they
// would lie on one another, joined to the code by a hairline. Without room they stay folded under
// their lines, where the server put them.

const WIDE = 900; // pixels that a reader needs for code and margins
const WIDE_ONE = 720; // ... with one margin only
const GAP = 10;
const SVG = "http://www.w3.org/2000/svg";

/**
 * Tops for cards of one margin: as near to the wished top as the cards before allow. The active one
 * stands exactly beside its line and pushes the others away, up or down, but none above `ceiling`.
 * @param {{want: number, height: number}[]} cards in the order of their lines
 * @param {number} active index of the active card, or -1
 * @param {number} ceiling the smallest top allowed
 * @returns {number[]}
 */
function place(cards, active, ceiling) {
  const tops = cards.map((card) => Math.max(card.want, ceiling));
  const down = (from) => {
    for (let i = Math.max(from, 1); i < tops.length; i += 1) {
      tops[i] = Math.max(tops[i], tops[i - 1] + cards[i - 1].height + GAP);
    }
  };
  if (active < 0) {
    down(1);
    return tops;
  }
  for (let i = 1; i < active; i += 1) tops[i] = Math.max(tops[i], tops[i - 1] + cards[i - 1].height + GAP);
  for (let i = active - 1; i >= 0; i -= 1) tops[i] = Math.min(tops[i], tops[i + 1] - cards[i].height - GAP);
  if (tops[0] < ceiling) tops[0] = ceiling;
  down(1);
  return tops;
}

function margins(reader) {
  const text = reader.querySelector(".text");
  const lines = reader.querySelector(".lines");
  const threads = document.createElementNS(SVG, "svg");
  threads.classList.add("threads");
  threads.setAttribute("aria-hidden", "true");
  reader.append(threads);

  /** @type {Element | null} */
  let pinned = null;
  let byLine = new Map();
  let observed = new Set();
  let lit = [];
  let queued = false;

  const rows = [...lines.children].filter((element) => element.matches(".line"));
  const claims = () => [...lines.getElementsByClassName("claim")].filter((claim) => !claim.matches(".composing"));
  const line = (number) => rows[number - 1];
  const range = (claim) => {
    const first = Number(claim.dataset.first ?? claim.dataset.line);
    return [first, Number(claim.dataset.last) || first];
  };

  function index(all) {
    byLine = new Map();
    for (const claim of all) {
      const [first, last] = range(claim);
      for (let number = first; number <= last; number += 1) {
        if (!byLine.has(number)) byLine.set(number, []);
        byLine.get(number).push(claim);
      }
    }
  }

  function thread(claim, from, to, first, last) {
    const path = document.createElementNS(SVG, "path");
    const middle = first + 12;
    const bend = (from + to) / 2;
    const y = claim.top + 16;
    const foot = to > from ? 4 : -4;
    path.setAttribute(
      "d",
      `M${from} ${y} C${bend} ${y} ${bend} ${middle} ${to} ${middle}` +
        `M${to + foot} ${first + 3} H${to} V${last - 3} H${to + foot}`,
    );
    path.dataset.side = claim.side;
    path.dataset.claim = claim.element.id;
    path.classList.toggle("lit", claim.element.classList.contains("lit"));
    return path;
  }

  function lay() {
    queued = false;
    const all = claims();
    index(all);
    for (const claim of all) if (!observed.has(claim)) sizes.observe(claim);
    for (const gone of observed) if (!gone.isConnected) sizes.unobserve(gone);
    observed = new Set(all);
    const one = ["left", "right"].includes(reader.dataset.margins);
    const laid = reader.clientWidth >= (one ? WIDE_ONE : WIDE);
    reader.classList.toggle("laid", laid);
    text.style.setProperty("--text-width", `${text.clientWidth}px`);
    if (!laid) {
      reader.style.removeProperty("min-height");
      threads.replaceChildren();
      return;
    }
    const zero = reader.getBoundingClientRect();
    const box = text.getBoundingClientRect();
    const edges = { left: box.left - zero.left, right: box.right - zero.left };
    const ceiling = box.top - zero.top;
    const paths = [];
    let bottom = 0;
    for (const side of ["left", "right"]) {
      const cards = all
        .filter((claim) => claim.dataset.side === side)
        .map((element) => {
          const [first, last] = range(element);
          const top = line(first)?.getBoundingClientRect();
          const end = (line(last) ?? line(first))?.getBoundingClientRect();
          return {
            element,
            side,
            number: first,
            first: (top?.top ?? box.top) - zero.top,
            last: (end?.bottom ?? box.top) - zero.top,
            want: (top?.top ?? box.top) - zero.top - 4,
            height: element.offsetHeight,
            width: element.offsetWidth,
          };
        })
        .sort((a, b) => a.number - b.number);
      const tops = place(cards, cards.findIndex((card) => card.element === pinned), ceiling);
      cards.forEach((card, i) => {
        card.top = tops[i];
        card.element.style.setProperty("--top", `${Math.round(tops[i])}px`);
        bottom = Math.max(bottom, tops[i] + card.height);
        const from = side === "left" ? card.width : zero.width - card.width;
        paths.push(thread(card, from, edges[side], card.first, card.last));
      });
    }
    reader.style.minHeight = `${Math.ceil(bottom)}px`;
    threads.replaceChildren(...paths);
  }

  function later() {
    if (queued) return;
    queued = true;
    requestAnimationFrame(lay);
  }

  function light(chosen) {
    if (!chosen.length && !lit.length) return;
    for (const element of lit) {
      element.classList.remove("lit");
      delete element.dataset.lit;
    }
    lit = [...chosen];
    for (const claim of chosen) {
      claim.classList.add("lit");
      const [first, last] = range(claim);
      for (let number = first; number <= last; number += 1) {
        const row = line(number);
        if (!row) continue;
        row.classList.add("lit");
        row.dataset.lit = claim.dataset.side;
        lit.push(row);
      }
    }
    const ids = new Set(chosen.map((claim) => claim.id));
    for (const path of threads.children) path.classList.toggle("lit", ids.has(path.dataset.claim));
  }

  function pin(claim) {
    pinned = claim;
    light(claim ? [claim] : []);
    later();
  }

  reader.addEventListener("click", (event) => {
    const claim = event.target.closest(".claim:not(.composing)");
    if (claim && claim !== pinned) pin(claim);
    else if (!claim && pinned && !event.target.closest(".claim, .n")) pin(null);
  });
  reader.addEventListener("focusin", (event) => {
    const claim = event.target.closest(".claim:not(.composing)");
    if (claim && claim !== pinned) pin(claim);
  });
  // The reader's cursor came to a line: light what is said about it.
  reader.addEventListener("reader:line", ({ detail }) => {
    const about = byLine.get(detail.line) ?? [];
    light(about);
    if (pinned === (about[0] ?? null)) return;
    pinned = about[0] ?? null;
    later();
  });
  reader.addEventListener("pointerover", (event) => {
    const claim = event.target.closest(".claim:not(.composing)");
    if (!claim || pinned) return;
    light([claim]);
  });
  reader.addEventListener("pointerout", (event) => {
    if (!pinned && event.target.closest(".claim") && !event.relatedTarget?.closest?.(".claim")) light([]);
  });

  function fromHash() {
    const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    if (!target || !reader.contains(target)) return;
    if (target.matches(".claim")) {
      pin(target);
      lay();
      (line(range(target)[0]) ?? target).scrollIntoView({ block: "center" });
    } else if (target.matches(".line")) {
      light(byLine.get(Number(target.id.slice(1))) ?? []);
    }
  }

  const sizes = new ResizeObserver(later);
  sizes.observe(reader);
  sizes.observe(text);
  sizes.observe(lines);
  new MutationObserver(later).observe(lines, { childList: true });
  addEventListener("hashchange", fromHash);
  document.fonts?.ready.then(later);
  lay();
  fromHash();
}

const known = new WeakSet();
function start(root) {
  for (const reader of [root.matches?.(".reader") && root, ...root.querySelectorAll(".reader")]) {
    if (!reader || known.has(reader) || !reader.querySelector(".lines")) continue;
    known.add(reader);
    margins(reader);
  }
}

start(document);
document.addEventListener("htmx:load", ({ target }) => start(target));
