// The demo app: opens a vault, shows its session, and calls two APIs through it.
import { openVault, type Vault } from "strongroom";
import { type DemoConfig, loadConfig } from "./config.ts";
import { button } from "./dom.ts";
import { log } from "./log.ts";
import { type Problem, problem, problemOf } from "./problems.ts";
import { showReach } from "./reach.ts";
import { showAlert, showAnswer, showMode, showSession } from "./view.ts";

const home = new URL("/", location.href).href;

/** What went wrong last, and what its "Try again" does. */
let failure: { problem: Problem; again: () => Promise<void> } | undefined;
let unreachable = false;

const fail = (problem: Problem, again: () => Promise<void>): void => {
  failure = { problem, again };
  alarm();
};

const alarm = (): void => showAlert(failure?.problem ?? (unreachable ? problem("unreachable") : undefined));

/** Runs what a button asks for; a failure becomes the page's alert. */
const attempt = async (what: string, work: () => Promise<void>): Promise<void> => {
  failure = undefined;
  alarm();
  log(what);
  try {
    await work();
  } catch (error) {
    const problem = problemOf(error);
    log(`${what}: ${problem.code}`);
    fail(problem, () => attempt(what, work));
  }
};

const call = async (vault: Vault, url: string): Promise<void> => {
  const started = performance.now();
  const { pathname } = new URL(url);
  showAnswer({ outcome: "pending", title: "Calling…" });
  try {
    const response = await vault.fetch(url);
    const body = readable(await response.text());
    const title = `${response.status} · ${Math.round(performance.now() - started)} ms`;
    showAnswer({ outcome: response.ok ? "ok" : "error", title, code: String(response.status), body });
    log(`GET ${pathname}: ${title}`);
  } catch (error) {
    const { code, title, text } = problemOf(error);
    showAnswer({ outcome: "error", title: `${title} ${text}`, code, body: code });
    log(`GET ${pathname}: ${code}`);
  }
  void showReach();
};

/** JSON with line breaks; anything else as it came. */
const readable = (text: string): string => {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
};

/** Leaves for the provider's page. */
const signIn = (vault: Vault) => attempt("Sign in", () => vault.login({ returnTo: home }));

/** Ends the session here, then the one at the provider, which sends the browser back. */
const signOut = (vault: Vault, everywhere: boolean) =>
  attempt(everywhere ? "Sign out everywhere" : "Sign out", async () => {
    const { logoutUrl } = await vault.logout({ everywhere });
    if (logoutUrl !== undefined) location.assign(logoutUrl);
  });

const open = async (): Promise<void> => {
  const config = await loadConfig();
  showMode(config.mode);
  const vault = await openVault(
    config.mode === "isolated"
      ? { isolated: config.vault }
      : { endpoints: config.endpoints, resources: config.resources },
  );
  bind(vault, config);
  follow(vault);
  takeProblem(vault);
};

const bind = (vault: Vault, { api }: DemoConfig): void => {
  const on = (id: string, work: () => Promise<void>) => {
    button(id).disabled = false;
    button(id).onclick = () => void work();
  };
  on("sign-in", () => signIn(vault));
  on("sign-out", () => signOut(vault, false));
  on("sign-out-everywhere", () => signOut(vault, true));
  on("call-es256", () => call(vault, `${api}/v1/me`));
  on("call-rs256", () => call(vault, `${api}/v2/me`));
  on("call-unlisted", () => call(vault, "https://unlisted.example/"));
  // While the server is away the vault tries again by itself; a call makes it try at once.
  on("retry", () => failure?.again() ?? call(vault, `${api}/v1/me`));
};

/** Keeps the page in step with the session. */
const follow = (vault: Vault): void => {
  let last: string | undefined;
  const change = () => {
    const { status } = vault.session;
    unreachable = status === "unreachable";
    if (status !== last) log(`Session: ${status}`);
    if (status === "signed-in" && last !== undefined) failure = undefined;
    last = status;
    showSession(vault.session);
    alarm();
    void showReach();
  };
  vault.subscribe(change);
  change();
  setInterval(() => showSession(vault.session), 1000);
};

/** A sign-in that failed on the server comes back with the reason's code, which is taken out of the URL. */
const takeProblem = (vault: Vault): void => {
  const url = new URL(location.href);
  const code = url.searchParams.get("problem");
  if (code === null) return;
  url.searchParams.delete("problem");
  history.replaceState(null, "", url);
  log(`Sign in: ${code}`);
  fail(problem(code), () => signIn(vault));
};

button("retry").onclick = () => void failure?.again();
void attempt("Open the vault", open);
void showReach();
