// @ts-check
import { fileURLToPath } from "node:url";

/**
 * Both pages are built alike: each is the root of an origin of its own and runs under a policy that allows no
 * inline script or style and no `data:` URL, so nothing is inlined and no preload helper is added.
 *
 * @param {"app" | "vault"} page
 * @returns {import("vite").UserConfig}
 */
export const demoConfig = (page) => ({
  root: fileURLToPath(new URL(page, import.meta.url)),
  base: "/",
  build: {
    outDir: fileURLToPath(new URL(`dist/${page}`, import.meta.url)),
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
});
