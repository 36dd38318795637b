/* Put in order: each line has a button up and one down. The places that the form posts are set to where it stands. */
const attachList = (list) => {
  const status = list.parentElement.querySelector("[data-lms-order-status]");

  const number = () => {
    const rows = [...list.children];
    rows.forEach((row, place) => {
      row.querySelector("select").selectedIndex = place + 1;
      row.querySelector(".lms-order__number").textContent = place + 1;
      const [up, down] = row.querySelectorAll("button");
      up.disabled = place === 0;
      down.disabled = place === rows.length - 1;
    });
  };

  const say = (row) => {
    const rows = [...list.children];
    const words = { text: row.dataset.text, number: rows.indexOf(row) + 1, count: rows.length };
    status.textContent = list.dataset.moved.replace(/\{(\w+)\}/g, (_found, name) => words[name]);
  };

  list.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    const row = button.closest("li");
    if (button.dataset.by === "1") row.nextElementSibling?.after(row);
    else row.previousElementSibling?.before(row);
    number();
    say(row);
    // At the end of the list the button rests: the other one takes over.
    (button.disabled ? row.querySelector("button:not(:disabled)") : button).focus();
    row.querySelector("select").dispatchEvent(new Event("change", { bubbles: true }));
  });

  for (const row of list.children) {
    row.querySelector("select").hidden = true;
    for (const part of row.querySelectorAll(".lms-order__number, button")) part.hidden = false;
  }
  number();
};

/* What is inserted later calls this with its root. */
export function attach(root) {
  root.querySelectorAll("[data-lms-order]").forEach(attachList);
}

attach(document);
