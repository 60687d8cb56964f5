// What an attack is: the default export of each file of `attacks/`. Its scripts are called with what the attacker knows
// (`Play.context`) and, in pages, with the tools of `page/kit/`, which are `globalThis.redteam`.

/**
 * @typedef {object} Attack
 * @property {string} row of `expected.mjs`
 * @property {(string | null)[]} expected how it ends in-page and isolated; `null`: there is nothing to attack
 * @property {Record<string, (string | null)[]>} [expectedIn] the same for one engine, where that differs
 * @property {boolean} [peers] it does not depend on how tokens are kept
 * @property {string} [goal] what it is after, if not the token: then a script's `{ won }` says whether it got it
 * @property {string} [at] the origin its page is on; else the application's
 * @property {boolean | "exact"} [csp] the page has the policy that docs/vault.md asks for; `exact`: without the attacker's server
 * @property {Function} [before] runs in the page before the SDK
 * @property {Function} [after] runs in the page when the application works
 * @property {Function} [reload] runs after a reload; its answer counts
 * @property {Function} [elsewhere] runs in pages of the attacker's own
 * @property {Function} [upload] the script at `/upload.js` of the application's origin
 * @property {Function} [prepare] runs in the test; what it gives is `prepared` for the scripts
 * @property {Function} [drive] runs in the test after `after`; a text that it gives is searched, too
 * @property {(facts: Facts) => boolean} [reached] whether the attack has got to the point that its file speaks of; needed where
 *   it may lose: a script that stops early loses, too
 * @property {(facts: Facts) => boolean} [gone] the attack ends with its page closed, crashed or left, so that it cannot be
 *   searched: what shows in its place that nothing was learned there
 * @property {boolean} [breaks] the application need not work once it is attacked; the file says why
 * @property {boolean} [fresh] needs a browser that nobody has used before
 * @property {boolean} [dirty] leaves one behind that nobody should use afterwards
 * @property {boolean} [heap] always with a heap snapshot, in Chromium
 */

/**
 * @typedef {object} Facts
 * @property {any} brought what `after` gave
 * @property {any} reloaded what `reload` gave
 * @property {{ host: string, name: string, method: string, path: string, search: string, headers: object }[]} seen all requests
 * @property {string[]} stolen those to the attacker's servers, with their bodies
 * @property {any} driven what `drive` gave
 * @property {any} prepared
 * @property {object} context
 */

export {};
