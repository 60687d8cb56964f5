/** The engines every browser test can ask for. */
export const ENGINES = ["chromium", "firefox", "webkit"];

/**
 * @typedef {object} Options
 * @property {string} [certificate] PEM of the one throw-away certificate to accept beside the usual ones
 * @property {string[]} [hosts] names under a real-looking suffix that shall lead to this machine; `*.localhost` does anyway
 *
 * @typedef {object} Page
 * @property {(url: string) => Promise<void>} goto until it has loaded; rejects if it cannot
 * @property {(work: Function, ...args: unknown[]) => Promise<any>} evaluate runs `work`, which may be async and must not
 *   close over anything, with JSON arguments; gives its JSON result. What it throws is thrown here: same name and message
 * @property {() => Promise<Buffer>} screenshot a PNG
 * @property {() => Promise<void>} close
 * @property {object} native the driver's own object: Playwright's page, Puppeteer's page, Selenium's driver
 *
 * @typedef {object} Jar one cookie jar and its pages. In WebKit its pages are driven one at a time
 * @property {(url?: string) => Promise<Page>} open
 * @property {() => Promise<void>} close
 *
 * @typedef {object} Browser
 * @property {string} name
 * @property {string} version
 * @property {() => Promise<Jar>} jar a fresh one; none shares anything with another
 * @property {() => Promise<void>} close ends every process and deletes every file it made
 */

/**
 * Starts a real engine. One that is not installed is an error that says how to install it, never a skipped test.
 *
 * @param {"chromium" | "firefox" | "webkit"} name
 * @param {Options} [options]
 * @returns {Promise<Browser>}
 */
export const launch = async (name, options = {}) => {
  if (!ENGINES.includes(name))
    throw new Error(`there is no engine ${name}; there are: ${ENGINES.join(", ")}`);
  const engine = await import(`./${name}.mjs`); // only the driver that is needed
  return engine.launch(options);
};
