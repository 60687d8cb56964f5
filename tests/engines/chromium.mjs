import { createHash, X509Certificate } from "node:crypto";
import { chromium } from "playwright-core";
import { expression, result } from "./call.mjs";
import { program } from "./find.mjs";

/** What `--ignore-certificate-errors-spki-list` takes: exactly this certificate's key is trusted, nothing else. */
const fingerprint = (pem) => {
  const key = new X509Certificate(pem).publicKey.export({ type: "spki", format: "der" });
  return createHash("sha256").update(key).digest("base64");
};

const page = (native) => ({
  native,
  goto: async (url) => void (await native.goto(url)),
  evaluate: async (work, ...args) => result(await native.evaluate(expression(work, args))),
  screenshot: () => native.screenshot(),
  close: () => native.close(),
});

const jar = (context) => ({
  native: context,
  open: async (url) => {
    const opened = page(await context.newPage());
    if (url) await opened.goto(url);
    return opened;
  },
  close: () => context.close(),
});

export const launch = async ({ certificate, hosts = [] }) => {
  const executablePath = program({
    what: "Chromium",
    env: "CHROMIUM",
    candidates: ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"],
    install: "sudo apt-get install chromium",
  });
  const browser = await chromium.launch({
    executablePath,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      ...(certificate ? [`--ignore-certificate-errors-spki-list=${fingerprint(certificate)}`] : []),
      ...(hosts.length
        ? [`--host-resolver-rules=${hosts.map((host) => `MAP ${host} 127.0.0.1`).join(", ")}`]
        : []),
    ],
  });
  return {
    name: "chromium",
    version: browser.version(),
    native: browser,
    jar: async () => jar(await browser.newContext()),
    close: () => browser.close(),
  };
};
