import type { Session } from "./types.ts";

/** Holds the snapshot and tells listeners when there is another one. */
export class SessionStore {
  snapshot: Session = Object.freeze({ status: "starting" });
  readonly #listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    const own = () => listener();
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  };

  /** `text` is the session as the endpoints gave it, with times in seconds. */
  set(status: Session["status"], text?: string): void {
    const session: Record<string, unknown> = { status };
    if (text) {
      const { id, subject, claims, auth_time, expires_at, idle_expires_at } = JSON.parse(text);
      Object.assign(session, { id, subject, claims: Object.freeze(claims ?? {}) });
      if (auth_time > 0) session["authTime"] = auth_time * 1000;
      session["expiresAt"] = expires_at * 1000;
      session["idleExpiresAt"] = idle_expires_at * 1000;
    }
    this.snapshot = Object.freeze(session) as unknown as Session;
    // A copy: one that subscribes anew each time would be told for ever.
    for (const listener of [...this.#listeners]) {
      try {
        if (this.#listeners.has(listener)) listener();
      } catch (error) {
        reportError(error);
      }
    }
  }
}
