// Says how far a job is, every two seconds, and shows the page anew when it has ended.
const note = document.querySelector("[data-progress]");
const shown = note.querySelector("progress");
const done = note.querySelector("[data-done]");

async function look() {
  const answer = await fetch(note.dataset.progress, { headers: { accept: "application/json" } }).catch(() => null);
  if (answer && answer.ok) {
    const said = await answer.json();
    if (said.ended) {
      location.reload();
      return;
    }
    if (done) done.textContent = said.done.toLocaleString(document.documentElement.lang);
    if (said.rows) {
      shown.max = said.rows;
      shown.value = said.done;
    }
  }
  setTimeout(look, 2000);
}

setTimeout(look, 2000);
