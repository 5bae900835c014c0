// Runs before the first paint, so that a chosen theme never flashes. Not a module for that reason.
(() => {
  try {
    const choice = localStorage.getItem("blindspot.theme");
    if (choice === "light" || choice === "dark") document.documentElement.dataset.theme = choice;
  } catch {
    // Storage is closed to us (private mode): the system's theme it is.
  }
})();
