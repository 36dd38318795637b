/* Many boxes to tick: search among the names, tick a whole workplace, and see how many are ticked. */
for (const root of document.querySelectorAll("[data-lms-people]")) {
  const boxes = [...root.querySelectorAll("input[type=checkbox]")];
  const count = root.querySelector("[data-lms-people-count]");
  const search = root.querySelector("[data-lms-people-search]");
  const words = search.querySelector("input");
  const row = (box) => box.closest("div");
  const tell = () => { count.textContent = `${count.dataset.words} ${boxes.filter((box) => box.checked).length}`; };
  const narrow = () => {
    const wanted = words.value.toLocaleLowerCase("sv").split(/\s+/).filter(Boolean);
    for (const box of boxes) {
      const name = row(box).textContent.toLocaleLowerCase("sv");
      row(box).hidden = !wanted.every((word) => name.includes(word));
    }
    for (const group of root.querySelectorAll("fieldset")) group.hidden = !group.querySelector("div:not([hidden])");
  };
  for (const button of root.querySelectorAll("[data-lms-people-all]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const group = [...button.closest("fieldset").querySelectorAll("div:not([hidden]) input")];
      const all = group.every((box) => box.checked);
      for (const box of group) box.checked = !all;
      tell();
    });
  }
  search.hidden = false;
  words.addEventListener("input", narrow);
  /* Enter searches; it does not send a half-ticked list. */
  words.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
  root.addEventListener("change", tell);
  tell();
}
