import { headersMissing, type HeaderOptions } from "./headers.ts";

const PROBE = "__Host-strongroom-probe";

/**
 * Whether this frame's cookies are those of a first party: a `SameSite=Strict` cookie can be set only where every page above
 * belongs to the same site. No list of public suffixes is needed for that. The cookie is gone at once.
 */
const isFirstParty = (): boolean => {
  const attributes = "; Secure; Path=/; SameSite=Strict";
  document.cookie = `${PROBE}=1${attributes}`;
  const kept = document.cookie.includes(PROBE);
  document.cookie = `${PROBE}=${attributes}; Max-Age=0`;
  return kept;
};

/** What is wrong with the way this page is served and embedded: said to the developer, with the mend. Nothing is refused. */
export const inspect = async (options: HeaderOptions, report: (text: string) => void): Promise<void> => {
  if (!isFirstParty()) {
    report(
      `${location.origin} is a third party here: its cookies are kept from it and nobody stays signed in. Application and ` +
        "vault must be subdomains of one domain that is not itself a public suffix, and the application must not be embedded " +
        "in another site. (WebKit believes so of names without a public suffix, until the first sign-in.)",
    );
  }
  try {
    // The answer that this page came in: mostly from the browser's cache.
    const { headers } = await fetch(location.href, { cache: "force-cache" });
    const missing = headersMissing(headers, options);
    if (missing.length) {
      report(
        `the vault's page lacks or changes these headers: ${missing.join(", ")}. \`vaultHeaders\` gives their values`,
      );
    }
  } catch {
    // Offline: there is nothing to look at.
  }
};
