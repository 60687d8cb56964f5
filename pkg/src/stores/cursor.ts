/** Cursors of lists: the last session of a page, so that pages stay put whatever comes or goes. */
import type { SessionSummary } from "./store.ts";

/** A place in a list that is sorted by time of creation, then by family, both descending. */
export interface Position {
  createdAt: number;
  family: string;
}

/** The cursor of the page that ends with this session. */
export function cursorAfter({ createdAt, family }: SessionSummary): string {
  return `${createdAt}.${family}`;
}

/** Where the page of a cursor starts: after this place. A cursor that no page gave is the end of the list. */
export function positionOf(cursor: string | undefined): Position {
  if (cursor === undefined) return { createdAt: Number.MAX_SAFE_INTEGER, family: "" };
  const [, time, family] = /^(\d{1,16}(?:\.\d+)?)\.(.*)$/s.exec(cursor) ?? [];
  if (time === undefined || family === undefined) return { createdAt: -1, family: "" };
  return { createdAt: Number(time), family };
}
