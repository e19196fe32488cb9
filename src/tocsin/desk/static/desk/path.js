/* While somebody types on the path, shows how it will look. Everything works without it: a button does the same. */
(() => {
  const form = document.querySelector("form[data-look]");
  if (!form) return;
  const shown = document.getElementById(form.dataset.look);
  document.documentElement.classList.add("desk-script");
  let waits, asked = 0;
  async function look() {
    const typed = new FormData(form), number = ++asked;
    for (const file of form.querySelectorAll("input[type=file]")) typed.delete(file.name);
    try {
      const answer = await fetch(form.action, { method: "POST", body: typed, headers: { "X-Part": "look" } });
      if (answer.ok && !answer.redirected && number === asked) shown.innerHTML = await answer.text();
    } catch { /* the network is away: what stands there stays */ }
  }
  form.addEventListener("input", () => { clearTimeout(waits); waits = setTimeout(look, 500); });
})();
