// Dropping files and folders on <div class="drop" data-drop> around an <input type="file" multiple>.
// Paths inside dropped or chosen folders go into the hidden field named by data-paths-field: a JSON
// list of paths in the order of the files, as the browser strips folders from uploaded names. Without a script
// the plain file field works and the list stays empty.

async function walk(entry, into) {
  if (entry.isFile) {
    const file = await new Promise((done, fail) => entry.file(done, fail));
    into.push([entry.fullPath.replace(/^\//, ""), file]);
  } else if (entry.isDirectory) {
    const reader = entry.createReader();
    for (;;) {
      // readEntries answers in portions and ends with an empty one.
      const portion = await new Promise((done, fail) => reader.readEntries(done, fail));
      if (!portion.length) break;
      for (const inner of portion) await walk(inner, into);
    }
  }
}

async function dropped(transfer) {
  const found = [];
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.length) return [...transfer.files].map((file) => [file.name, file]);
  for (const entry of entries) await walk(entry, found);
  return found;
}

function dropzone(zone) {
  const input = zone.querySelector('input[type="file"]');
  const paths = zone.querySelector(`input[type="hidden"][name="${zone.dataset.pathsField ?? "paths"}"]`);
  const list = document.createElement("ul");
  list.className = "drop-list";
  list.setAttribute("aria-label", "Chosen files");
  list.tabIndex = 0;
  list.hidden = true;
  const said = document.createElement("p");
  said.className = "help";
  said.setAttribute("role", "status");
  zone.append(said, list);

  function show(found) {
    if (paths) paths.value = found.length ? JSON.stringify(found.map(([path]) => path)) : "";
    list.hidden = !found.length;
    list.replaceChildren(
      ...found.map(([path]) => {
        const item = document.createElement("li");
        item.textContent = path;
        return item;
      }),
    );
    said.textContent = found.length ? `${found.length} ${found.length === 1 ? "file" : "files"} chosen` : "";
  }

  input.addEventListener("change", () => show([...input.files].map((file) => [file.webkitRelativePath || file.name, file])));
  zone.addEventListener("dragover", (event) => {
    event.preventDefault();
    zone.dataset.over = "";
  });
  zone.addEventListener("dragleave", (event) => {
    if (!zone.contains(event.relatedTarget)) delete zone.dataset.over;
  });
  zone.addEventListener("drop", async (event) => {
    event.preventDefault();
    delete zone.dataset.over;
    try {
      const found = await dropped(event.dataTransfer);
      const transfer = new DataTransfer();
      for (const [, file] of found) transfer.items.add(file);
      input.files = transfer.files;
      show(found);
    } catch {
      said.textContent = "These could not be read. Nothing was chosen. Choose them with the button, or hand in an archive.";
    }
  });
}

for (const zone of document.querySelectorAll("[data-drop]")) dropzone(zone);
