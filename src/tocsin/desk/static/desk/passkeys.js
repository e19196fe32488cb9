// Asks the browser for a passkey and sends what it answers. A form with data-passkey is shown only where this runs:
// “make” makes a new passkey, “given” answers the page's options, “ask” fetches options first.
addEventListener("DOMContentLoaded", () => {
  if (!window.PublicKeyCredential || !window.webauthnJSON) return;
  const given = document.getElementById("passkey-options");
  const options = given ? JSON.parse(given.textContent) : {};

  const make = (form) => {
    const wanted = structuredClone(options.creation_options);
    const alone = form.elements.passwordless.checked;
    const selection = wanted.publicKey.authenticatorSelection;
    selection.residentKey = alone ? "required" : "discouraged";
    selection.requireResidentKey = alone;
    if (alone) selection.userVerification = "required";
    return webauthnJSON.create(wanted);
  };
  const ask = async (form) => {
    const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(answer.status);
    return webauthnJSON.get((await answer.json()).request_options);
  };
  const ways = { make, ask, given: () => webauthnJSON.get(options.request_options) };

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const failed = form.querySelector("[data-passkey-failed]");
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      failed.hidden = true;
      try {
        form.elements.credential.value = JSON.stringify(await ways[form.dataset.passkey](form));
        form.submit();
      } catch {
        failed.hidden = false;
      }
    });
  }
});
