import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { stack } from "./stack.mjs";

/** The demo app in one tab, as a person sees it. */
export class App {
  #page;

  /** @param {import("playwright-core").Page} page */
  constructor(page) {
    this.#page = page;
  }

  get page() {
    return this.#page;
  }

  at(id) {
    return this.#page.getByTestId(id);
  }

  async open(origin) {
    await this.#page.goto(`${origin}/`);
  }

  /** Waits until the page says so. */
  async becomes(status) {
    await this.#page.locator(`[data-testid=status][data-status=${status}]`).waitFor();
  }

  /** Waits until the page's alert tells of one of these. */
  async alerts(...codes) {
    const alert = codes.map((code) => `[data-testid=alert][data-code=${code}]`).join(",");
    await this.#page.locator(alert).waitFor();
  }

  async calm() {
    await this.at("alert").waitFor({ state: "hidden" });
  }

  /** By keyboard: it needs no frame to be drawn, which a tab in the background may not do. */
  async press(id) {
    await this.at(id).press("Enter");
  }

  /** Presses a call's button and waits for its answer. */
  async call(id) {
    const answer = this.at("answer");
    const before = Number(await answer.getAttribute("data-count"));
    await this.press(id);
    await this.#page.locator(`[data-testid=answer][data-count="${before + 1}"]`).waitFor();
    return {
      outcome: await answer.getAttribute("data-outcome"),
      code: await answer.getAttribute("data-code"),
      body: await this.at("answer-body").textContent(),
    };
  }

  /** Calls the API of that algorithm; it must answer for the right audience and the right person. */
  async callApi(algorithm, subject) {
    const { outcome, code, body } = await this.call(`call-${algorithm}`);
    assert.equal(`${outcome} ${code}`, "ok 200", body);
    const { audience, subject: answered } = JSON.parse(body);
    assert.ok([audience].flat().includes(`${stack.origins.api}/${algorithm}`), `audience ${audience}`);
    if (subject !== undefined) assert.equal(answered, subject);
  }

  /** Signs in at the provider's own page, to which that button leads, as a person does. */
  async signIn(name, button = "sign-in") {
    const page = this.#page;
    const home = new URL(page.url()).origin;
    await this.becomes("signed-out");
    await this.press(button);
    await page.waitForURL((url) => url.origin === stack.origins.id);
    await page.locator("[name=login]").fill(name);
    await page.locator("[name=password]").fill("any password will do");
    await page.locator("[type=submit]").press("Enter");
    await page.waitForURL((url) => url.origin === home);
    await this.becomes("signed-in");
  }

  /** Signs out, and waits until the browser has been at the provider to end the session there, and is back. */
  async signOut(button = "sign-out") {
    const page = this.#page;
    const home = new URL(page.url()).origin;
    const back = page.waitForEvent(
      "framenavigated",
      (frame) => frame === page.mainFrame() && new URL(frame.url()).origin === home,
    );
    await this.press(button);
    await back;
    await this.becomes("signed-out");
  }
}

/**
 * Waits until every access token has expired, also those that come while waiting: a vault that was just in use renews its
 * tokens once more.
 *
 * @param {() => string[]} tokens
 */
export const expire = async (tokens) => {
  const end = () => {
    const ends = tokens().map((token) => JSON.parse(Buffer.from(token.split(".")[1], "base64url")).exp);
    return Math.max(...ends) * 1000 + 500;
  };
  while (end() > Date.now()) await sleep(end() - Date.now());
};
