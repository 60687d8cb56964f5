// examples/issuer as a person uses it, in Chromium: accounts, passwords, passkeys, several devices, step-up.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import path from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { launch } from "../engines/index.mjs";

const folder = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../../examples/issuer");
const PASSWORD = "correct horse battery staple";
let [origin, server, browser] = [];

before(async () => {
  const [site, api] = await Promise.all([freePort(), freePort()]);
  origin = `http://localhost:${site}`;
  // Just as its README says.
  const env = { ...process.env, PORT: String(site), API_PORT: String(api) };
  server = spawn("npm", ["start", "--workspace", "examples/issuer"], {
    cwd: path.join(folder, "../.."),
    env,
    detached: true,
    stdio: ["ignore", "pipe", "inherit"],
  });
  process.once("exit", stop);
  await new Promise((resolve, reject) => {
    server.stdout.on("data", (text) => String(text).includes("ready: ") && resolve());
    server.once("exit", (code) => reject(new Error(`the example ended with ${code}`)));
  });
  browser = await launch("chromium");
});

after(async () => {
  await browser?.close();
  stop();
});

function stop() {
  try {
    // npm and what it started are one group.
    if (server?.exitCode === null) process.kill(-server.pid);
  } catch {
    // It has gone by itself.
  }
}

/** A device: a jar of its own with one page, and what a person does there. */
async function device() {
  const jar = await browser.jar();
  const { native: page } = await jar.open(`${origin}/`);
  const at = (id) => page.getByTestId(id);
  const status = (wanted) => page.locator(`[data-testid=status][data-status=${wanted}]`).waitFor();
  const fill = async (name, password) => {
    await page.getByLabel("Name").fill(name);
    await page.getByLabel("Password").fill(password);
  };
  return {
    page,
    at,
    status,
    close: () => jar.close(),
    async toLogin() {
      await status("signed-out");
      await at("login").click();
      await page.waitForURL("**/auth/signin?*");
    },
    async create(name) {
      await this.toLogin();
      await fill(name, PASSWORD);
      await at("create").click();
      await status("signed-in");
    },
    async password(name, password = PASSWORD) {
      await fill(name, password);
      await at("password").click();
    },
    /** Presses a button and waits for what the API answers. */
    async ask(id) {
      const answer = at("answer");
      const count = Number(await answer.getAttribute("data-count"));
      await (typeof id === "string" ? at(id) : id).click();
      await page.locator(`[data-testid=answer][data-count="${count + 1}"]`).waitFor();
      return JSON.parse(await answer.textContent());
    },
    /** An authenticator with a fingerprint that is always right. */
    async authenticator() {
      const client = await page.context().newCDPSession(page);
      await client.send("WebAuthn.enable");
      const { authenticatorId } = await client.send("WebAuthn.addVirtualAuthenticator", {
        options: {
          protocol: "ctap2",
          transport: "internal",
          hasResidentKey: true,
          hasUserVerification: true,
          isUserVerified: true,
          automaticPresenceSimulation: true,
        },
      });
      return { client, authenticatorId };
    },
  };
}

test("a user makes an account, signs out, and signs in by password; a wrong one does not open", async () => {
  const laptop = await device();
  await laptop.create("ada");
  assert.equal(await laptop.at("status").textContent(), "Signed in as ada");
  assert.equal(new URL(laptop.page.url()).pathname, "/");
  assert.deepEqual(await laptop.ask("me"), { name: "ada", role: "member", passkeys: 0 });
  await laptop.at("logout").click();
  await laptop.toLogin();
  await laptop.password("ada", "not the right password");
  await laptop.page.getByText("Name or password is wrong.").waitFor();
  await laptop.password("ada");
  await laptop.status("signed-in");
  assert.equal((await laptop.ask("me")).name, "ada");
  const inPage = await laptop.page.evaluate(() => [
    document.cookie,
    localStorage.length,
    sessionStorage.length,
  ]);
  assert.deepEqual(inPage, ["", 0, 0]);
  await laptop.close();
});

test("a passkey is added and signs in; another device's is refused", async () => {
  const laptop = await device();
  const { client, authenticatorId } = await laptop.authenticator();
  await laptop.create("bea");
  assert.deepEqual(await laptop.ask("add-passkey"), { passkeys: 1 });
  await laptop.at("logout").click();
  await laptop.toLogin();
  await laptop.at("passkey").click();
  await laptop.status("signed-in");
  assert.deepEqual(await laptop.ask("me"), { name: "bea", role: "trusted", passkeys: 1 });
  // The same credential under another key: the name is right, the signature is not.
  const { credentials } = await client.send("WebAuthn.getCredentials", { authenticatorId });
  const { privateKey } = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, [
    "sign",
  ]);
  const bytes = Buffer.from(await crypto.subtle.exportKey("pkcs8", privateKey)).toString("base64");
  await client.send("WebAuthn.removeCredential", {
    authenticatorId,
    credentialId: credentials[0].credentialId,
  });
  await client.send("WebAuthn.addCredential", {
    authenticatorId,
    credential: { ...credentials[0], privateKey: bytes },
  });
  await laptop.at("logout").click();
  await laptop.toLogin();
  await laptop.at("passkey").click();
  await laptop.page.getByText("This passkey is not known here.").waitFor();
  await laptop.close();
});

test("a session goes on over reloads, each with a new cookie at most, and never one that a script can read", async () => {
  const laptop = await device();
  await laptop.create("cyd");
  const outcomes = [];
  laptop.page.on("response", (response) => {
    if (response.url().endsWith("/auth/refresh")) outcomes.push(response.headers()["strongroom-outcome"]);
  });
  for (let round = 0; round < 5; round++) {
    await laptop.page.reload();
    await laptop.status("signed-in");
    assert.equal((await laptop.ask("me")).name, "cyd");
  }
  const cookies = await laptop.page.context().cookies();
  assert.deepEqual(
    cookies.map(({ name, httpOnly, secure, sameSite, path }) => ({ name, httpOnly, secure, sameSite, path })),
    [{ name: "__Host-Http-strongroom", httpOnly: true, secure: true, sameSite: "Strict", path: "/" }],
  );
  const unexpected = outcomes.filter((outcome) => !["rotated", "no_rotate"].includes(outcome));
  assert.deepEqual([outcomes.length >= 5, unexpected], [true, []]);
  await laptop.close();
});

test("a device is signed out from another one, at once", async () => {
  const [laptop, phone] = [await device(), await device()];
  await laptop.create("dee");
  await phone.toLogin();
  await phone.password("dee");
  await phone.status("signed-in");
  assert.equal((await phone.ask("me")).name, "dee");
  assert.deepEqual(await laptop.ask("list"), { sessions: 2 });
  const other = laptop.at("sessions").getByRole("listitem").filter({ hasNotText: "here" });
  assert.match(JSON.stringify(await laptop.ask(other.getByRole("button"))), /"ended":/);
  // Its token would live for minutes; the API knows that its session is over.
  assert.ok((await phone.ask("me")).problem);
  await phone.page.reload();
  await phone.status("signed-out");
  assert.deepEqual(await laptop.ask("list"), { sessions: 1 });
  assert.equal((await laptop.ask("me")).name, "dee");
  await Promise.all([laptop.close(), phone.close()]);
});

test("another site cannot sign a browser in, and no frame shows the login", async () => {
  const victim = await device();
  await victim.toLogin();
  const action = await victim.page.locator("form").first().getAttribute("action");
  // Another origin's page, with the victim's cookies in the jar, sends the form of an attacker's account.
  await victim.page
    .goto(origin.replace("localhost", "127.0.0.1"), { waitUntil: "commit" })
    .catch(() => undefined);
  await victim.page.goto("data:text/html,<title>evil</title>");
  await victim.page.setContent(
    `<form method="post" action="${origin}${action}"><input name="intent" value="create"><input name="name" value="mallory"><input name="password" value="${PASSWORD}"><button>Win</button></form>`,
  );
  const answered = victim.page.waitForResponse((response) => response.request().method() === "POST");
  await victim.page.getByRole("button").click();
  assert.equal((await answered).status(), 403);
  await victim.page.goto(`${origin}/`);
  await victim.status("signed-out");
  const framed = await victim.page.evaluate(async (address) => {
    const response = await fetch(address, { redirect: "manual" });
    return response.status;
  }, action);
  assert.equal(framed, 403);
  await victim.close();
});

async function freePort() {
  const listening = createServer();
  await new Promise((resolve) => listening.listen(0, "localhost", resolve));
  const { port } = listening.address();
  await new Promise((resolve) => listening.close(resolve));
  return port;
}
