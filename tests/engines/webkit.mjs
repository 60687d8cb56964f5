import { createServer } from "node:net";
import { once } from "node:events";
import selenium from "selenium-webdriver";
import { expression, result } from "./call.mjs";
import { folder, start } from "./child.mjs";
import { program, webkitFolders } from "./find.mjs";
import { startProxy } from "./proxy.mjs";

const INSTALL = "sudo apt-get install webkit2gtk-driver xvfb";
const SCRIPT_TIMEOUT = 600_000; // a test has its own

const freePort = async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
};

/** Does what it is given one after the other: a WebDriver session has one current window, shared by all callers. */
const queue = () => {
  let last = Promise.resolve();
  return (work) => {
    const done = last.then(work);
    last = done.catch(() => {});
    return done;
  };
};

/**
 * The driver sometimes comes back before the page has loaded, and it does not say that a page could not be loaded: it
 * shows one of its own.
 */
const load = async (driver, url) => {
  await driver.get(url);
  const look = "return [document.readyState, location.href, document.body?.innerText]";
  let [state, shown, text] = await driver.executeScript(look);
  while (state !== "complete") [state, shown, text] = await driver.executeScript(look);
  if (shown === "about:blank" && url !== shown) throw new Error(`cannot load ${url}: ${text}`);
};

const page = (driver, handle, inTurn) => {
  const here = (work) =>
    inTurn(async () => {
      await driver.switchTo().window(handle);
      return work();
    });
  return {
    native: driver,
    goto: (url) => here(() => load(driver, url)),
    evaluate: async (work, ...args) => {
      const script = `${expression(work, args)}.then(arguments[arguments.length - 1])`;
      return result(await here(() => driver.executeAsyncScript(script)));
    },
    screenshot: async () => Buffer.from(await here(() => driver.takeScreenshot()), "base64"),
    close: () => here(() => driver.close()),
  };
};

const capabilities = (browser, { certificate, proxy }) => ({
  browserName: "MiniBrowser",
  acceptInsecureCerts: certificate !== undefined,
  "webkitgtk:browserOptions": {
    binary: browser,
    args: ["--automation", ...(proxy ? [`--proxy=socks5://${proxy.authority}`] : [])],
  },
});

/** One driver process holds one session, and one session is one cookie jar. */
const jar = async (programs, env, wanted) => {
  const port = await freePort();
  const child = start(programs.driver, [`--port=${port}`], env);
  const driver = await connect(port, capabilities(programs.browser, wanted)).catch(async (error) => {
    await child.end();
    throw error;
  });
  const inTurn = queue();
  let unused = await driver.getWindowHandle();
  const handle = () =>
    inTurn(async () => {
      const given = unused;
      unused = undefined;
      if (given) return given;
      // The current window may have been closed since; a new one is opened from one that is there.
      await driver.switchTo().window((await driver.getAllWindowHandles())[0]);
      await driver.switchTo().newWindow("tab");
      return driver.getWindowHandle();
    });
  return {
    native: driver,
    version: (await driver.getCapabilities()).get("browserVersion"),
    open: async (url) => {
      const opened = page(driver, await handle(), inTurn);
      if (url) await opened.goto(url);
      return opened;
    },
    close: () => child.end(),
  };
};

const connect = async (port, wanted) => {
  const client = new selenium.Builder()
    .usingServer(`http://127.0.0.1:${port}`)
    .withCapabilities(wanted)
    .disableEnvironmentOverrides();
  const deadline = Date.now() + 20_000;
  for (;;) {
    try {
      const driver = await client.build();
      await driver.manage().setTimeouts({ script: SCRIPT_TIMEOUT, pageLoad: 60_000 });
      return driver;
    } catch (error) {
      if (!/ECONNREFUSED/.test(String(error)) || Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
};

export const launch = async ({ certificate, hosts = [] }) => {
  const find = (what, env, candidates) => program({ what, env, candidates, install: INSTALL });
  const programs = {
    driver: find("WebKitWebDriver", "WEBKIT_DRIVER", ["WebKitWebDriver"]),
    browser: find(
      "WebKitGTK's MiniBrowser",
      "MINIBROWSER",
      webkitFolders().map((path) => `${path}/MiniBrowser`),
    ),
    display: find("Xvfb", "XVFB", ["Xvfb"]),
  };
  const home = folder();
  const proxy = hosts.length > 0 ? await startProxy() : undefined;
  const display = start(programs.display, [
    "-displayfd",
    "1",
    "-screen",
    "0",
    "1280x800x24",
    "-nolisten",
    "tcp",
  ]);
  const jars = new Set();
  const close = async () => {
    await Promise.all([...jars].map((one) => one.close()));
    await display.end();
    await proxy?.close();
    home.remove();
  };
  try {
    const [, number] = await display.printed(/^(\d+)\n/m);
    const env = {
      PATH: process.env.PATH,
      DISPLAY: `:${number}`,
      HOME: home.path,
      TMPDIR: home.path,
      DBUS_SESSION_BUS_ADDRESS: "disabled:", // else a bus is started that outlives us
      GSETTINGS_BACKEND: "memory",
      GTK_A11Y: "none",
      NO_AT_BRIDGE: "1",
      LIBGL_ALWAYS_SOFTWARE: "1",
      WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: "1", // it needs privileges that containers withhold
    };
    const open = async () => {
      const opened = await jar(programs, env, { certificate, proxy });
      jars.add(opened);
      return {
        ...opened,
        close: async () => {
          jars.delete(opened);
          await opened.close();
        },
      };
    };
    const first = await open(); // tells the version, and is the first to be given away
    const unused = [first];
    return {
      name: "webkit",
      version: first.version,
      jar: async () => unused.pop() ?? open(),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
};
