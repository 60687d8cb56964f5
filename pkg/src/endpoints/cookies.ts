/** The Cookie header, read only as far as the transaction cookies need; the session's own cookie is the core's. */

/** All values whose name starts with `prefix`, by name. */
export function cookiesNamed(header: string | null, prefix: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const pair of (header ?? "").split(";")) {
    // Spaces and tabs, as browsers do, and nothing else: a cookie whose name begins with another kind of space is not
    // protected by `__Host-`, and a sibling subdomain may have planted it.
    const [name, value] = splitOnce(pair.replace(/^[ \t]+/, ""), "=");
    if (value !== undefined && name.startsWith(prefix)) found.set(name, value);
  }
  return found;
}

function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
