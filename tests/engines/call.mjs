/**
 * The expression that runs `work` in a page and answers `{ json }` or `{ error }`: the same text for every driver, so
 * that none of their own serialisations shows through. It needs no `eval` in the page, and so passes every CSP.
 */
export const expression = (work, args) => `(async () => {
  try {
    return { json: JSON.stringify(await (${work})(...${JSON.stringify(args)})) };
  } catch (error) {
    return { error: { name: String(error?.name ?? "Error"), message: String(error?.message ?? error) } };
  }
})()`;

/** Gives the result of such an expression, or throws what it threw. */
export const result = ({ json, error }) => {
  if (error) throw Object.assign(new Error(error.message), { name: error.name });
  return json === undefined || json === null ? undefined : JSON.parse(json);
};
