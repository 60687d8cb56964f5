// An esbuild plugin for runtimes that are not Node.

/** What only Node's libraries need is left out elsewhere. */
export const withoutNode = {
  name: "without-node",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^fast-jwt$/ }, () => ({ path: "fast-jwt", namespace: "nothing" }));
    onLoad({ filter: /.*/, namespace: "nothing" }, () => ({
      contents: "export const createVerifier = undefined",
    }));
  },
};
