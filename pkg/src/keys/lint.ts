/** Finds in claims what does not belong into a token: anyone who holds the token reads it, and every request carries it. */

/** What kind of thing was found. */
export type LintCode =
  | "secret"
  | "embedded_token"
  | "payment_card"
  | "national_id"
  | "email"
  | "phone"
  | "profile"
  | "authorization_detail"
  | "named"
  | "size";

/** One thing that was found. Names the place, never the value. */
export interface LintFinding {
  readonly code: LintCode;
  /** `error`: `sign` refuses it. `warning`: `sign` tells it. */
  readonly severity: "error" | "warning";
  /** Member names down to it, joined by dots; empty for the claims as a whole. */
  readonly path: string;
  readonly message: string;
}

/** What is looked for. */
export interface LintOptions {
  /** Kinds that are fine here, for example `["email"]`. */
  readonly allow?: readonly LintCode[];
  /** Kinds that are errors here, for example `["email", "size"]`. */
  readonly refuse?: readonly LintCode[];
  /** Further names that no token may hold here, compared without case and separators: the code is `named`. */
  readonly names?: readonly string[];
  /** The largest size of the claims as JSON, in bytes: default 1024. */
  readonly maxBytes?: number;
}

const MESSAGES: Readonly<Record<LintCode, string>> = {
  secret: "looks like a password, a key or another secret",
  embedded_token: "looks like a token inside the token",
  payment_card: "looks like a payment card",
  national_id: "looks like a national or tax identifier",
  email: "is personal: an e-mail address",
  phone: "is personal: a phone number",
  profile: "is a user's profile; serve it from an endpoint instead",
  authorization_detail:
    "is long authorization detail, which changes faster than tokens expire; look it up instead",
  named: "is not to be in a token here",
  size: "make the token larger than it should be",
};

const ERRORS: readonly LintCode[] = ["secret", "embedded_token", "payment_card", "national_id", "named"];

/** By name, in lower case and without separators. The first that matches counts. */
const NAMES: readonly (readonly [LintCode, RegExp])[] = [
  ["embedded_token", /^(access|refresh|id|session|bearer|auth)token$/],
  [
    "secret",
    /passw(or)?d|^pwd$|passphrase|secret|apikey|privatekey|accesskey|signingkey|credential|^pin(code)?$/,
  ],
  ["payment_card", /creditcard|cardnumber|^(pan|cvv|cvc|iban)$/],
  ["national_id", /^(ssn|bsn|cpf|nino|aadhaar)$|socialsecurity|nationalid|taxid|passport(no|number|id)?$/],
  ["email", /^e?mail(address)?$/],
  ["phone", /^(phone|mobile|tel)(number)?$/],
  ["profile", /^(address|streetaddress|postalcode|birth(date|day)?|dateofbirth|gender)$/],
];

/** By value. */
const VALUES: readonly (readonly [LintCode, (text: string) => boolean])[] = [
  ["embedded_token", (text) => /^(Bearer )?eyJ[\w-]+\.[\w-]+\.[\w-]*/.test(text)],
  [
    "secret",
    (text) =>
      /-----BEGIN |^(sk|rk)_(live|test)_|^AKIA[0-9A-Z]{16}$|^gh[opsu]_\w{30,}|^xox[abp]-|^AIza[\w-]{35}$/.test(
        text,
      ),
  ],
  ["national_id", (text) => /^\d{3}-\d{2}-\d{4}$/.test(text)],
  ["payment_card", isCardNumber],
  ["email", (text) => /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text)],
];

/** Lists longer than this are detail, not a role. */
const MAX_LIST = 20;

/** Three of these make a profile; one alone is fine. */
const PROFILE = [
  "name",
  "givenname",
  "familyname",
  "middlename",
  "nickname",
  "picture",
  "locale",
  "zoneinfo",
  "profile",
];

/**
 * Looks claims over before they are signed.
 *
 * ```ts
 * import { lint } from "strongroom/keys";
 * for (const { path, message } of lint({ sub: "1", apiKey: "…" })) console.warn(path, message);
 * ```
 */
export function lint(claims: Readonly<Record<string, unknown>>, options: LintOptions = {}): LintFinding[] {
  const findings: LintFinding[] = [];
  const add = (code: LintCode, path: string) => {
    if (options.allow?.includes(code)) return;
    const isError = ERRORS.includes(code) || options.refuse?.includes(code);
    const severity = isError ? "error" : "warning";
    findings.push({ code, severity, path, message: `${path || "the claims"} ${MESSAGES[code]}` });
  };
  const named = (options.names ?? []).map(plain);
  const walk = (value: unknown, path: string, name: string) => {
    const code = named.includes(plain(name)) ? "named" : kindOf(name, value);
    if (code) return add(code, path);
    if (Array.isArray(value)) {
      if (value.length > MAX_LIST) add("authorization_detail", path);
      value.forEach((entry, index) => walk(entry, `${path}.${index}`, ""));
    } else if (typeof value === "object" && value !== null) {
      if (Object.keys(value).filter((key) => PROFILE.includes(plain(key))).length >= 3) add("profile", path);
      for (const [key, entry] of Object.entries(value)) walk(entry, path ? `${path}.${key}` : key, key);
    }
  };
  walk(claims, "", "");
  const size = new TextEncoder().encode(JSON.stringify(claims)).length;
  if (size > (options.maxBytes ?? 1024)) add("size", "");
  return findings;
}

function kindOf(name: string, value: unknown): LintCode | undefined {
  // `email_verified: true` and the like say nothing of the thing itself.
  if (typeof value === "boolean" || value === null || value === undefined) return undefined;
  const byName = NAMES.find(([, pattern]) => pattern.test(plain(name)));
  if (byName) return byName[0];
  const text = typeof value === "string" ? value.trim() : "";
  return VALUES.find(([, matches]) => matches(text))?.[0];
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, "");
}

/** 13 to 19 digits with the check digit of ISO/IEC 7812. */
function isCardNumber(text: string): boolean {
  if (!/^\d(?:[ -]?\d){12,18}$/.test(text)) return false;
  const digits = [...text.replace(/\D/g, "")].reverse().map(Number);
  const sum = digits.reduce((total, digit, index) => {
    const weighed = index % 2 === 1 ? digit * 2 : digit;
    return total + (weighed > 9 ? weighed - 9 : weighed);
  }, 0);
  return sum % 10 === 0;
}
