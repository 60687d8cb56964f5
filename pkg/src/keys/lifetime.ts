/** How long tokens live. */
import { configInvalid } from "../edge/errors.ts";

/** By what the token is for, in seconds. */
const LIFETIMES = {
  access: 10 * 60,
  passwordReset: 30 * 60,
  emailLink: 24 * 60 * 60,
} as const;

/** Seconds, or what the token is for: `access` 10 min, `passwordReset` 30 min, `emailLink` 24 h. */
export type Lifetime = number | keyof typeof LIFETIMES;

/** Whole seconds. Throws `config_invalid`. */
export function secondsOf(lifetime: Lifetime): number {
  const isName = typeof lifetime === "string" && Object.hasOwn(LIFETIMES, lifetime);
  const seconds = isName ? LIFETIMES[lifetime] : Number(lifetime);
  if (!Number.isFinite(seconds) || seconds <= 0)
    throw configInvalid("lifetime must be positive seconds or a known name");
  return Math.ceil(seconds);
}
