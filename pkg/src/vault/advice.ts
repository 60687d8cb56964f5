/** What developers are told: loaded only when there is something to say, so that nobody else downloads it. */

/** What `policy` leaves open to an injected script, in words; nothing if it is as it should be. */
export const policyGaps = (policy: string | null): string[] => {
  const directives = new Map(
    (policy ?? "").split(/[;,]/).map((directive) => {
      const [name = "", ...sources] = directive.trim().toLowerCase().split(/\s+/);
      return [name, sources] as const;
    }),
  );
  const sourcesOf = (...names: string[]) =>
    names.map((name) => directives.get(name)).find((sources) => sources !== undefined);
  const gaps: string[] = [];
  const scripts = sourcesOf("script-src", "default-src");
  if (
    !scripts ||
    scripts.some((source) => /^('unsafe-inline'|'unsafe-eval'|\*|https?:|data:|blob:)$/.test(source))
  ) {
    gaps.push("`script-src 'self' 'wasm-unsafe-eval'`, so that no injected script runs");
  }
  const workers = sourcesOf("worker-src", "child-src", "script-src", "default-src");
  if (!workers || workers.some((source) => /^(\*|https?:|data:|blob:)$/.test(source))) {
    gaps.push("`worker-src 'self'`, so that none starts the vault's worker inside one of its own");
  }
  const connections = sourcesOf("connect-src", "default-src");
  if (!connections || connections.some((source) => /^(\*|https?:|wss?:)$/.test(source))) {
    gaps.push("`connect-src 'self'` and your APIs, so that nothing can be sent elsewhere");
  }
  return gaps;
};

/** Says once in the console what the page's policy leaves open in this mode. Its headers come from the browser's cache. */
export const onPolicy = (): void => {
  const meta = document.querySelector<HTMLMetaElement>("meta[http-equiv=content-security-policy i]");
  void fetch(location.href, { cache: "force-cache" })
    .then(({ headers }) => {
      const gaps = policyGaps(
        [headers.get("content-security-policy"), meta?.content].filter(Boolean).join(";"),
      );
      if (!gaps.length) return;
      const advice = gaps.map((gap) => `\n - ${gap}`).join("");
      console.warn(`strongroom: this page's Content-Security-Policy should have:${advice}`);
    })
    .catch(() => {});
};

/** Whether this page's own policy keeps the vault's frame out. */
const frameIsRefused = (origin: string): Promise<boolean> =>
  new Promise((resolve) => {
    const frame = document.createElement("iframe");
    const done = (refused: boolean) => {
      frame.remove();
      document.removeEventListener("securitypolicyviolation", violated);
      resolve(refused);
    };
    const violated = ({ effectiveDirective, blockedURI }: SecurityPolicyViolationEvent) => {
      if (effectiveDirective === "frame-src" && blockedURI.startsWith(origin)) done(true);
    };
    document.addEventListener("securitypolicyviolation", violated);
    frame.hidden = true;
    frame.src = `${origin}/`;
    document.documentElement.append(frame);
    setTimeout(() => done(false), 1000);
  });

/** The last two labels. Which endings are public suffixes no script knows; the vault's frame notices by its cookies. */
const ending = (host: string): string => host.split(".").slice(-2).join(".");

/** Why the isolated vault at `origin` has not answered, with the mend. */
export const onSilence = async (origin: string): Promise<string> => {
  const mends: string[] = [];
  if (await frameIsRefused(origin)) {
    mends.push(`this page's policy keeps its frame out: it needs \`frame-src ${origin}\``);
  } else {
    if (ending(location.hostname) !== ending(new URL(origin).hostname)) {
      mends.push(`${origin} is another site than ${location.origin}: give it a name below the same domain`);
    }
    if (parent !== window) {
      mends.push(
        "this page is itself in a frame: every page above it must be in `apps` and in `frame-ancestors`",
      );
    }
    mends.push(
      `the page at ${origin}/ must answer, call \`hostVault\` with ${location.origin} in \`apps\`, and have it in \`frame-ancestors\``,
    );
    if (globalThis.crossOriginIsolated) {
      mends.push("it needs COEP `require-corp` and CORP `same-site`, as `vaultHeaders` gives them");
    }
  }
  return mends.join("; ");
};
