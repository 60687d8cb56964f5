// Shows what any script on the page, a hostile one included, finds in the usual places.
import { element, setText } from "./dom.ts";

const entries = (count: number): string =>
  count === 0 ? "empty" : count === 1 ? "1 entry" : `${count} entries`;

const places: [name: string, read: () => string | Promise<string>][] = [
  ["localStorage", () => entries(localStorage.length)],
  ["sessionStorage", () => entries(sessionStorage.length)],
  ["IndexedDB", async () => entries((await indexedDB.databases()).length)],
  ["Cache storage", async () => entries((await caches.keys()).length)],
  ["document.cookie", () => document.cookie || "empty"],
];

const cells = new Map<string, HTMLElement>();

const cell = (name: string): HTMLElement => {
  let value = cells.get(name);
  if (!value) {
    const row = document.createElement("div");
    const term = document.createElement("dt");
    value = document.createElement("dd");
    term.textContent = name;
    row.append(term, value);
    element("reach").append(row);
    cells.set(name, value);
  }
  return value;
};

export const showReach = async (): Promise<void> => {
  for (const [name, read] of places) {
    const target = cell(name);
    try {
      setText(target, await read());
    } catch {
      setText(target, "refused by the browser");
    }
  }
};
