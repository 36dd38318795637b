/* One tap copies a list. Without https the browser gives no clipboard: then the text is marked, ready to be copied. */
for (const button of document.querySelectorAll("[data-lms-copy]")) {
  const field = document.getElementById(button.dataset.lmsCopy);
  const status = button.parentElement.querySelector("[role=status]");
  button.hidden = false;
  button.addEventListener("click", async () => {
    field.select();
    const copied = navigator.clipboard
      ? await navigator.clipboard.writeText(field.value).then(() => true, () => false)
      : document.execCommand("copy");
    status.textContent = copied ? button.dataset.done : button.dataset.failed;
  });
}
