// The login page's only script: a passkey goes into a form like a password does.
import { startAuthentication } from "@simplewebauthn/browser";

const form = document.querySelector("[data-testid=passkey-form]");
form.onsubmit = async (event) => {
  event.preventDefault();
  try {
    const optionsJSON = JSON.parse(form.dataset.options);
    form.elements.passkey.value = JSON.stringify(await startAuthentication({ optionsJSON }));
    form.submit();
  } catch {
    document.querySelector("[data-testid=problem]").textContent = "No passkey was used.";
  }
};
