// @ts-check
import { fileURLToPath } from "node:url";
import { build, defineConfig } from "vite";

const here = (/** @type {string} */ name) => fileURLToPath(new URL(name, import.meta.url));

/**
 * Both pages are built alike: each is the root of an origin of its own and runs under a policy that allows no
 * inline script or style and no `data:` URL, so nothing is inlined and no preload helper is added.
 *
 * @param {"app" | "vault"} name
 * @returns {import("vite").InlineConfig}
 */
const page = (name) => ({
  root: here(name),
  build: {
    outDir: here(`dist/${name}`),
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});

export default defineConfig({
  ...page("app"),
  plugins: [
    {
      name: "vault-page",
      apply: "build",
      closeBundle: async () => void (await build({ configFile: false, logLevel: "warn", ...page("vault") })),
    },
  ],
});
