// A button that says for how many of a form's ticked boxes it acts. data-ticks names the boxes;
// data-ticks-words are its words, with # for the number, for one and, after a bar, for several.

for (const button of document.querySelectorAll("[data-ticks]")) {
  const boxes = [...button.form.querySelectorAll(`input[type=checkbox][name="${CSS.escape(button.dataset.ticks)}"]`)];
  const [one, several] = button.dataset.ticksWords.split("|");
  const say = () => {
    const count = boxes.filter((box) => box.checked).length;
    button.textContent = (count === 1 ? one : several).replace("#", count);
    button.disabled = count === 0;
  };
  button.form.addEventListener("change", say);
  say();
}
