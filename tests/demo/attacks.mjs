// What a script injected into the app's page could try against the refresh endpoint.
/**
 * A tab of the app without its content security policy, so that what is tested is the endpoint's own defence and not the
 * policy that would already stop the request.
 */
const unprotected = async (context, origin) => {
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send("Page.setBypassCSP", { enabled: true });
  await page.goto(`${origin}/`);
  return page;
};

/**
 * The page calls the refresh endpoint itself, exactly as the vault does.
 *
 * @returns what the page could read, reduced to facts, since the answer might be a token; and the statuses the server
 *   answered with
 */
export const refreshFromPage = async (context, { app, vault }, init) => {
  const page = await unprotected(context, app);
  const exchanges = [];
  page.on("response", (response) => {
    if (response.url() === `${vault}/auth/refresh`) exchanges.push(response);
  });
  const read = await page.evaluate(
    async ([url, init]) => {
      try {
        const response = await fetch(url, { method: "POST", credentials: "include", ...init });
        const text = await response.text();
        return { type: response.type, status: response.status, token: text.includes("access_token") };
      } catch (error) {
        return { error: error.name };
      }
    },
    [`${vault}/auth/refresh`, init],
  );
  const answers = exchanges.map((response) => response.status());
  await page.close();
  return { read, answers };
};
