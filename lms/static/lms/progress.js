// Shows how far a long job has come, and goes on when it is done. Without it there is a link that does the same.
const shown = document.querySelector("[data-progress]");
const again = async () => {
  const response = await fetch(location.href, { headers: { Accept: "text/html" } });
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const fresh = page.querySelector("[data-progress]");
  if (!fresh) return location.reload();
  shown.replaceChildren(...fresh.childNodes);
  setTimeout(again, 1000);
};
setTimeout(again, 1000);
