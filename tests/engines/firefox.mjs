import { writeFileSync } from "node:fs";
import { join } from "node:path";
import puppeteer from "puppeteer-core";
import { expression, result } from "./call.mjs";
import { folder, start } from "./child.mjs";
import { program } from "./find.mjs";

/** Firefox sets most of what automation needs by itself; these keep it quiet, off the network, and quick to start. */
const PREFERENCES = {
  "app.normandy.enabled": false,
  "browser.aboutwelcome.enabled": false,
  "browser.newtabpage.activity-stream.enabled": false,
  "browser.newtabpage.enabled": false,
  "browser.safebrowsing.blockedURIs.enabled": false,
  "browser.safebrowsing.malware.enabled": false,
  "browser.safebrowsing.phishing.enabled": false,
  "browser.search.update": false,
  "browser.shell.checkDefaultBrowser": false,
  "browser.startup.homepage_override.mstone": "ignore",
  "browser.startup.page": 0,
  "datareporting.healthreport.uploadEnabled": false,
  "datareporting.policy.dataSubmissionEnabled": false,
  "extensions.systemAddon.update.enabled": false,
  "extensions.update.enabled": false,
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
  "services.settings.server": "data:,#remote-settings-dummy/v1",
  "toolkit.telemetry.server": "",
};

const preferences = (all) =>
  Object.entries(all)
    .map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`)
    .join("");

const page = (native) => ({
  native,
  // The protocol's own command. The driver's `goto` also waits until it hears that the frames of the page before are gone; Firefox
  // does not say so where an answer with a Cross-Origin-Opener-Policy, even a redirect, makes it change processes.
  goto: (url) => native.mainFrame().browsingContext.navigate(url, "complete"),
  evaluate: async (work, ...args) => result(await native.evaluate(expression(work, args))),
  screenshot: async () => Buffer.from(await native.screenshot()),
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
  const file = program({
    what: "Firefox",
    env: "FIREFOX",
    candidates: ["firefox-esr", "firefox"],
    install: "sudo apt-get install firefox-esr",
  });
  const profile = folder();
  writeFileSync(
    join(profile.path, "user.js"),
    preferences({ ...PREFERENCES, "network.dns.localDomains": hosts.join(",") }),
  );
  const child = start(
    file,
    ["--headless", "--no-remote", "--remote-debugging-port=0", "--profile", profile.path, "about:blank"],
    { ...process.env, HOME: profile.path, MOZ_CRASHREPORTER_DISABLE: "1" },
  );
  const close = async () => {
    await child.end();
    profile.remove();
  };
  try {
    const [, endpoint] = await child.printed(/WebDriver BiDi listening on (ws:\/\/\S+)/);
    const browser = await puppeteer.connect({
      browserWSEndpoint: `${endpoint}/session`,
      protocol: "webDriverBiDi",
      acceptInsecureCerts: certificate !== undefined,
      defaultViewport: null,
      networkEnabled: false, // else the driver keeps a copy of every body
      protocolTimeout: 600_000, // a test has its own
    });
    return {
      name: "firefox",
      version: (await browser.version()).replace(/^firefox\//i, ""),
      native: browser,
      jar: async () => jar(await browser.createBrowserContext()),
      close: async () => {
        await browser.disconnect();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
};
