// The demo app: opens a vault, shows its session, and calls two APIs through it.
import { openVault, type Vault } from "strongroom";
import { type DemoConfig, loadConfig } from "./config.ts";
import { button } from "./dom.ts";
import { log } from "./log.ts";
import { type Problem, problem, problemOf } from "./problems.ts";
import { showReach } from "./reach.ts";
import { showAlert, showAnswer, showMode, showSession } from "./view.ts";

const home = new URL("/", location.href).href;

let vault: Vault | undefined;
let failure: Problem | undefined;
let lastStatus = "starting";

const render = (): void => {
  if (vault) showSession(vault.session);
  showAlert(failure ?? (vault?.session.status === "unreachable" ? problem("unreachable") : undefined));
};

const onSession = (): void => {
  const status = vault?.session.status ?? "starting";
  if (status !== lastStatus) {
    log(`Session: ${status}`);
    if (status === "signed-in") failure = undefined;
    lastStatus = status;
  }
  render();
  void showReach();
};

/** Runs what a button asks for; a failure becomes the page's alert. */
const attempt = async (what: string, work: (open: Vault) => Promise<unknown>): Promise<void> => {
  if (!vault) return;
  failure = undefined;
  render();
  try {
    log(what);
    await work(vault);
  } catch (error) {
    failure = problemOf(error);
    log(`${what}: ${failure.code}`);
    render();
  }
};

const call = async (url: string): Promise<void> => {
  if (!vault) return;
  const started = performance.now();
  showAnswer({ outcome: "pending", title: "Calling…" });
  try {
    const response = await vault.fetch(url);
    const body: unknown = await response.json();
    const title = `${response.status} · ${Math.round(performance.now() - started)} ms`;
    const outcome = response.ok ? "ok" : "error";
    showAnswer({ outcome, title, code: String(response.status), body: JSON.stringify(body, null, 2) });
    log(`GET ${url}: ${title}`);
  } catch (error) {
    const { code, title, text } = problemOf(error);
    showAnswer({ outcome: "error", title: `${title} ${text}`, code, body: code });
    log(`GET ${url}: ${code}`);
  }
  void showReach();
};

const open = async (config: DemoConfig): Promise<Vault> =>
  config.mode === "isolated"
    ? openVault({ isolated: config.vault })
    : openVault({ endpoints: config.endpoints, resources: config.resources });

const start = async (): Promise<void> => {
  failure = undefined;
  render();
  let config: DemoConfig;
  try {
    config = await loadConfig();
  } catch {
    failure = problem("site");
    return render();
  }
  showMode(config.mode);
  try {
    vault = await open(config);
  } catch (error) {
    failure = problemOf(error);
    log(`Vault: ${failure.code}`);
    return render();
  }
  log("Vault: open");
  vault.subscribe(onSession);
  onSession();
  listen(config);
};

const listen = (config: DemoConfig): void => {
  const on = (id: string, work: () => Promise<void>) => {
    button(id).onclick = () => void work();
  };
  on("sign-in", () => attempt("Sign in", (open) => open.login({ returnTo: home })));
  on("sign-out", () => attempt("Sign out", (open) => open.logout()));
  on("sign-out-everywhere", () =>
    attempt("Sign out everywhere", (open) => open.logout({ everywhere: true })),
  );
  on("call-es256", () => call(`${config.api}/v1/me`));
  on("call-rs256", () => call(`${config.api}/v2/me`));
  on("call-unlisted", () => call("https://unlisted.example/"));
};

/** A sign-in that failed on the server comes back with the reason's code, which is taken out of the URL. */
const takeProblem = (): void => {
  const url = new URL(location.href);
  const code = url.searchParams.get("problem");
  if (code === null) return;
  url.searchParams.delete("problem");
  history.replaceState(null, "", url);
  failure = problem(code);
  log(`Sign in: ${code}`);
};

button("retry").onclick = () =>
  void (vault ? attempt("Try again", (open) => open.login({ returnTo: home })) : start());
setInterval(render, 1000);
void start().then(() => {
  takeProblem();
  render();
});
void showReach();
