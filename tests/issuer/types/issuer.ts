// What fits `issuer`, and what is refused by type.
import { createEndpoints, issuer, ringStorage } from "strongroom/endpoints";
import type { IssuerOptions, Store } from "strongroom/endpoints";
import { createKeyRing } from "strongroom/keys";

declare const store: Store;
declare const namespace: {
  get(key: string): Promise<string | null>;
  put(key: string, value: string): Promise<void>;
};

const options: IssuerOptions = {
  issuer: "https://app.example.com/auth",
  clientId: "app",
  keyRing: createKeyRing({ storage: ringStorage(store), secrets: [""] }),
  resources: [{ audience: "https://api.example.com", scope: "read" }],
  authenticate: ({ request, action, id, maxAge, session }) =>
    request.method === "GET"
      ? new Response(action + id)
      : { subject: session?.subject ?? `${maxAge}`, amr: ["pwd"] },
  onIssue: async ({ reason, subject }) =>
    reason === "login" ? { claims: { subject } } : { deny: "reauthenticate" },
};
export const auth = createEndpoints({ origins: [], provider: issuer(options), store, secrets: [] });

// @ts-expect-error A user has a subject.
issuer({ ...options, authenticate: () => ({ name: "Ada" }) });
// @ts-expect-error No page can be shown at a refresh: `reauthenticate` is what there is.
issuer({ ...options, onIssue: () => ({ redirect: "https://app.example.com/terms" }) });
// @ts-expect-error Nor is there another refusal.
issuer({ ...options, onIssue: () => ({ deny: "maybe" }) });
// @ts-expect-error What is denied has no claims.
issuer({ ...options, onIssue: () => ({ deny: "token", claims: {} }) });
// @ts-expect-error Workers KV has no compare-and-swap.
ringStorage(namespace);
// @ts-expect-error Somebody must prove who the user is.
issuer({ ...options, authenticate: undefined });
