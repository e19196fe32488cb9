// Improves public pages that work without it: nothing here is needed to read or to act, and nothing is stored.

const language = document.documentElement.lang;
const written = new Intl.NumberFormat(language);

// What is to be put right is heard first, also where a browser knows `autofocus` for fields only.
setTimeout(() => {
  if (document.activeElement === document.body) document.getElementById("problems")?.focus();
}, 300);

// The letter: how much room is left, told only when it becomes little.
for (const area of document.querySelectorAll("textarea[data-longest]")) {
  const left = area.parentElement.querySelector(".left");
  const tell = () => {
    const room = area.dataset.longest - area.value.trim().length;
    left.hidden = room > 500;
    left.textContent = area.dataset.left.replace("{n}", written.format(room));
  };
  area.addEventListener("input", tell);
  tell();
}

// The supporter's name under their letter, as they type it.
const signature = document.querySelector("[data-signature]");
if (signature) {
  const nobody = signature.textContent;
  const names = ["given_name", "family_name"].map((id) => document.getElementById(id)).filter(Boolean);
  const sign = () => {
    signature.textContent = names.map((field) => field.value.trim()).filter(Boolean).join(" ") || nobody;
  };
  names.forEach((field) => field.addEventListener("input", sign));
  addEventListener("pageshow", sign);
}

// One press of the button is enough. It comes back by itself, and when the reader comes back.
for (const form of document.querySelectorAll("form[data-busy]")) {
  const button = form.querySelector("button[type=submit]");
  const words = button.textContent;
  const rest = () => {
    button.disabled = false;
    button.textContent = words;
  };
  form.addEventListener("submit", () => {
    button.disabled = true;
    button.textContent = form.dataset.busy;
    setTimeout(rest, 8000);
  });
  addEventListener("pageshow", rest);
}

// The number, kept fresh while somebody looks: every 15 seconds at first, less and less often later.
const counter = document.querySelector("[data-refresh-from]");
if (counter) {
  const people = counter.querySelector(".count-people");
  const bar = counter.querySelector("progress");
  const status = counter.querySelector("[role=status]");
  const forms = new Intl.PluralRules(language);
  let shown = Number(counter.dataset.count);
  let announced = Date.now();
  let pause = 15000;

  const show = (count) => {
    const [before, after] = (counter.dataset[forms.select(count)] ?? counter.dataset.other).split("{n}");
    const number = document.createElement("strong");
    number.textContent = written.format(count);
    people.replaceChildren(before, number, after);
    if (bar) bar.value = count;
    shown = count;
    if (Date.now() - announced >= 60000) {
      announced = Date.now();
      status.textContent = people.textContent;
    }
  };
  const refresh = async () => {
    if (document.visibilityState === "visible") {
      try {
        const answer = await fetch(counter.dataset.refreshFrom);
        if (answer.ok) {
          const { count } = await answer.json();
          if (Number.isSafeInteger(count) && count > 0 && count !== shown) show(count);
        }
      } catch {
        // The line is down: the number stays as it was.
      }
      pause = Math.min(pause * 1.2, 120000);
    }
    setTimeout(refresh, pause);
  };
  setTimeout(refresh, pause);
}

// Copy, share, print: buttons that are hidden where they would do nothing.
const reveal = (selector, press) => {
  for (const button of document.querySelectorAll(selector)) {
    button.hidden = false;
    button.addEventListener("click", () => press(button));
  }
};

reveal("[data-copy]", async (button) => {
  const field = document.getElementById(button.dataset.copy);
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    document.execCommand("copy");
  }
  const words = button.textContent;
  button.textContent = button.dataset.done;
  setTimeout(() => (button.textContent = words), 3000);
});

if (navigator.share) {
  reveal("[data-share]", async (button) => {
    const { share: url, shareText: text, shareTitle: title } = button.dataset;
    try {
      await navigator.share({ url, text, title });
    } catch {
      // They thought better of it.
    }
  });
}

reveal("[data-print]", () => print());
