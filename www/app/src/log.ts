import { element } from "./dom.ts";

const KEPT = 50;
const time = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });

/** Adds a line to the page's log, newest first. */
export const log = (text: string): void => {
  const list = element("log");
  const line = document.createElement("li");
  const stamp = document.createElement("time");
  const now = new Date();
  stamp.dateTime = now.toISOString();
  stamp.textContent = time.format(now);
  line.append(stamp, ` ${text}`);
  list.prepend(line);
  while (list.childElementCount > KEPT) list.lastElementChild?.remove();
};
