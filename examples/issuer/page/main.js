// The page: everything it asks of the API goes through the vault, which holds the token.
import { startRegistration } from "@simplewebauthn/browser";
import { openVault } from "strongroom";

const at = (id) => document.querySelector(`[data-testid="${id}"]`);
const api = document.querySelector("meta[name=api]").content;

const vault = await openVault({
  endpoints: "/auth",
  resources: [{ origin: api, audience: api }],
  worker: "/vault.worker.js",
});

const show = () => {
  const { status, claims } = vault.session;
  at("status").dataset.status = status;
  at("status").textContent = status === "signed-in" ? `Signed in as ${claims?.name}` : status;
};
vault.subscribe(show);
show();

const problem = new URL(location.href).searchParams.get("problem");
if (problem) at("problem").textContent = problem;

async function call(path, body) {
  const init =
    body === undefined
      ? {}
      : { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } };
  const response = await vault.fetch(`${api}${path}`, init);
  const answer = await response.json();
  if (answer.code === "step_up") await vault.login({ maxAge: answer.maxAge, returnTo: "/" });
  if (!response.ok) throw new Error(answer.code);
  return answer;
}

const tell = (answer) => {
  at("answer").textContent = JSON.stringify(answer);
  at("answer").dataset.count = Number(at("answer").dataset.count) + 1;
};

const press = (id, work) => {
  at(id).onclick = () =>
    work().then(
      (answer) => answer !== undefined && tell(answer),
      (error) => tell({ problem: error.code ?? error.message }),
    );
};

press("login", () => vault.login({ returnTo: "/" }));
press("logout", () => vault.logout().then(() => undefined));
press("me", () => call("/me"));
press("add-passkey", async () => {
  const optionsJSON = await call("/passkeys/options", {});
  return call("/passkeys", await startRegistration({ optionsJSON }));
});
press("list", async () => {
  const sessions = await call("/sessions");
  at("sessions").replaceChildren(
    ...sessions.map(({ id, createdAt, current }) => {
      const [entry, end] = [document.createElement("li"), document.createElement("button")];
      end.textContent = "End";
      end.disabled = current;
      end.onclick = () =>
        call("/sessions/revoke", { id }).then(tell, (error) => tell({ problem: error.message }));
      entry.append(`${new Date(createdAt).toLocaleString()}${current ? ", here" : ""} `, end);
      return entry;
    }),
  );
  return { sessions: sessions.length };
});
