// Improves pages, which work without it.

const language = document.documentElement.lang;
const written = new Intl.NumberFormat(language);

// What the address carries is for this reader alone. A plus there is one: mail programs write blanks as %20.
const told = new URLSearchParams(location.hash.slice(1).replaceAll("+", "%2B"));
const { address } = document.querySelector("[data-address]")?.dataset ?? {};
history.replaceState(null, "", address ?? location.href.replace(/[?&]carried=.*|#.*=.*/, ""));
// Another link changes #; what is typed stays.
onhashchange = () => /=/.test(location.hash) && location.reload();

// What is to be put right is heard first, also where a browser knows `autofocus` for fields only.
setTimeout(() => {
  if (document.activeElement === document.body) document.querySelector("[autofocus]")?.focus();
}, 300);

// How much room a letter has left, told when it becomes little.
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

// The supporter's name under their letter, and what its locked parts say of them, as they type.
const form = document.querySelector("form.act");
const fields = form?.elements;
const typed = (name) => fields?.[name]?.value?.trim() ?? "";
const fill = (place, text) => {
  place.dataset.before ??= place.textContent;
  place.textContent = text || place.dataset.before;
};
const sign = () => {
  const name = [typed("given_name"), typed("family_name")].filter(Boolean).join(" ");
  for (const place of document.querySelectorAll("[data-signature], [data-field=name]")) fill(place, name);
  for (const known of ["city", "postal_code"]) {
    for (const place of document.querySelectorAll(`[data-field=${known}]`)) fill(place, typed(known));
  }
};
// Details from behind the # of a link, where no server sees them, fill what is empty; never what a mailer left unmerged.
for (const field of document.querySelectorAll("form.act [autocomplete]:not([autocomplete=off])")) {
  const wanted = (told.get(field.name) ?? "").replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069\ufeff]/gu, "").trim();
  if (!wanted || /[{}]|\*\||%%/.test(wanted)) continue;
  const same = (one) => !one.localeCompare(wanted, [], { sensitivity: "base" });
  if (field.options) field.value = [...field.options].find((one) => same(one.value) || same(one.text))?.value ?? field.value;
  else field.value ||= wanted.slice(0, field.name === "email" ? 254 : 100);
}
if (fields) {
  form.addEventListener("input", sign);
  form.oninput = () => (onhashchange = null);
  addEventListener("pageshow", sign);
}

// What is asked only after a certain answer waits. Hidden, it keeps what was typed, and is not sent.
const waiting = document.querySelectorAll("[data-only-if]");
const ask = () => {
  for (const one of waiting) {
    const given = form.querySelector(`[name=${one.dataset.onlyIf}]:enabled:is(:checked, select)`);
    one.hidden = one.disabled = !JSON.parse(one.dataset.values).includes(given?.value);
    one.firstElementChild.hidden = true;
  }
};
if (waiting.length) {
  form.addEventListener("input", ask);
  addEventListener("pageshow", ask);
  ask();
}

// One press is enough. The button comes back by itself, and when the reader does.
for (const form of document.querySelectorAll("form[data-busy]")) {
  const rest = [];
  const back = () => rest.splice(0).forEach((one) => one());
  form.addEventListener("submit", ({ submitter }) => {
    const button = submitter ?? form.querySelector("button[type=submit]");
    const words = button.textContent;
    rest.push(() => {
      button.disabled = false;
      button.textContent = words;
    });
    // A button that is off is not sent along, so it goes off after the form has left.
    setTimeout(() => {
      button.disabled = true;
      button.textContent = form.dataset.busy;
    });
    setTimeout(back, 8000);
  });
  addEventListener("pageshow", back);
}

// Another opening and subject for each reader, also where the page comes from a cache; never once something was typed.
const { text, subject, offer } = fields ?? {};
const openings = JSON.parse(form?.dataset.openings ?? "[]");
const turned = JSON.parse(form?.dataset.subjects ?? "[]");
const opening = () => openings[Math.floor(offer?.value / turned.length) % openings.length] ?? "";
const own = text && text.value !== text.defaultValue;
const body = text?.defaultValue.slice(opening().length).trim();
let offered = text?.value.trim();
const offerText = (words) => {
  if (!text || own || text.value.trim() !== offered) return;
  text.value = offered = [opening(), words].filter(Boolean).join("\n\n");
};
if (openings.length && !own && subject.value === subject.defaultValue) {
  offer.value = Math.floor(Math.random() * openings.length * turned.length);
  subject.value = turned[offer.value % turned.length];
  offerText(body);
}

// Who represents the reader, found while they write. Without this, a step of its own asks.
const finding = document.querySelector("[data-find]");
if (finding) {
  const nodes = (html) => new DOMParser().parseFromString(html, "text/html").body.childNodes;
  const parts = [...document.querySelectorAll("[data-part]")];
  const before = parts.map((part) => [...part.childNodes]);
  let asked = finding.dataset.foundFor?.replace(" ", "") ?? "";
  let letters = {};

  const dress = (letter) => {
    parts.forEach((part, i) => {
      const html = letter?.[part.dataset.part];
      part.replaceChildren(...(html === undefined ? before[i] : nodes(html)));
    });
    offerText(letter?.text || body);
    sign();
  };
  const code = () => {
    const letters = typed("postal_code").toUpperCase().replace(/[^A-Z0-9]/g, "");
    return /^([A-Z]\d){3}$/.test(letters) && ["", "CA"].includes(typed("country")) ? letters : "";
  };
  const find = async () => {
    const wanted = code();
    if (wanted === asked) return;
    asked = wanted;
    const chosen = typed("division");
    finding.replaceChildren();
    dress();
    if (!wanted) return;
    try {
      const answer = await fetch(`${finding.dataset.find}${wanted}.json`);
      const found = await answer.json();
      if (asked !== wanted) return;
      letters = found.letters;
      document.querySelectorAll("#finding > input").forEach((old) => old.remove());
      finding.replaceChildren(...nodes(found.html));
      for (const one of finding.querySelectorAll("[type=radio]")) one.checked = one.value === chosen;
      dress(letters[typed("division")]);
    } catch {
      // The line is down: the step of its own finds them when the letter is sent.
    }
  };
  finding.addEventListener("change", () => dress(letters[typed("division")]));
  for (const name of ["postal_code", "country"]) fields[name]?.addEventListener("input", find);
  document.querySelector("[data-without-script]")?.remove();
  // What came with the address is asked about only once its reader does something.
  form.addEventListener("focusin", find);
  addEventListener("pageshow", () => told.has("postal_code") || find());
}

// The number, kept fresh: every 15 seconds at first, less and less often later.
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
