/** Telling the host what browsers are not told: why the store or the provider failed. */
import type { EndpointsOptions, FaultEvent } from "./context.ts";
import { EndpointsError } from "./errors.ts";
import type { EndpointsErrorCode } from "./errors.ts";
import type { Store } from "../stores/store.ts";

/** What is the provider's doing, or that of its configuration here. */
const PROVIDERS = new Set<EndpointsErrorCode>([
  ...(["provider_refused", "provider_unreachable", "issuer_mismatch"] as const),
  ...(["nonce_mismatch", "id_token_invalid"] as const),
]);

/** The provider says no. Its word is for the host's log: one of RFC 6749's kind, and nothing else. */
export function refused(word: string | undefined): EndpointsError {
  const said = word !== undefined && /^[\w.-]{1,64}$/.test(word) ? { message: word } : {};
  return new EndpointsError("provider_refused", said);
}

/** Tells of a failure that is the provider's. */
export function tellFault(options: EndpointsOptions, error: unknown): void {
  if (!(error instanceof EndpointsError) || !PROVIDERS.has(error.code)) return;
  tell(options, { code: error.code, cause: error.message });
}

/** Whatever a store throws means the same to a browser: try again soon, nobody is logged out. */
export function guarded(options: EndpointsOptions): Store {
  return new Proxy(options.store, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== "function") return method;
      return async (...parameters: unknown[]) => {
        try {
          return await method.apply(target, parameters);
        } catch (cause) {
          tell(options, { code: "store_unavailable", method: String(name), cause });
          throw new EndpointsError("store_unavailable", { retryAfter: 1 });
        }
      };
    },
  });
}

/** A hook that fails costs nobody anything. */
function tell({ onFault }: EndpointsOptions, event: FaultEvent): void {
  if (onFault) (async () => onFault(event))().catch(() => undefined);
}
