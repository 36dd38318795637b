// One box that ticks all the others of its form.
for (const label of document.querySelectorAll("[data-lms-pick-all]")) {
  const all = label.querySelector("input");
  const boxes = [...label.closest("form").querySelectorAll(":is(li, td) input[type=checkbox]")];
  const show = () => {
    const ticked = boxes.filter((box) => box.checked).length;
    all.checked = ticked === boxes.length;
    all.indeterminate = ticked > 0 && ticked < boxes.length;
  };
  all.addEventListener("change", () => boxes.forEach((box) => { box.checked = all.checked; }));
  boxes.forEach((box) => box.addEventListener("change", show));
  label.hidden = false;
  show();
}
