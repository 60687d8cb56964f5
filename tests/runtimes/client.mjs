// The key server as a test sees it.

/**
 * `serve(name, answer)` gives the URL that answers so from now on; `count(name)` how often it was asked; `issuer(name, answer)`
 * an issuer whose metadata is that.
 */
export function keyServerAt(origin) {
  return {
    async issuer(name, answer) {
      const issuer = `${origin}/keys/${name}`;
      await this.serve(name, answer(issuer));
      return issuer;
    },
    async serve(name, answer) {
      await fetch(`${origin}/set/${name}`, { method: "POST", body: JSON.stringify(answer) });
      return `${origin}/keys/${name}`;
    },
    count: async (name) => Number(await (await fetch(`${origin}/count/${name}`)).text()),
  };
}
