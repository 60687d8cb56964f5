/** What workerd offers to modules, as far as it is used here. Missing in runtimes from before it existed. */
declare module "cloudflare:workers" {
  export const waitUntil: ((work: Promise<unknown>) => void) | undefined;
}
