/**
 * The generated module of the `session` artifact, as far as it is used. What the texts hold is documented at the top of
 * src/wasm/session.rs; core.ts parses them.
 */
export interface SessionGlue {
  __wbg_set_wasm(exports: WebAssembly.Exports): void;
  readonly SessionCore: {
    new (secrets: string[], origins: string[]): SessionCore;
    problem(code: string, reason?: string): string;
    upstreamStep(
      expiresAt: number | undefined,
      lifetime: number,
      leaseNumber: number,
      leaseUntil: number,
      hasToken: boolean,
      now: number,
      patience: number,
    ): string;
    upstreamSettle(
      held: number,
      before: number,
      written: number,
      leaseNumber: number,
      leaseUntil: number,
      outcome: string,
      now: number,
    ): string;
  };
}

/** The class that the artifact exports. */
export interface SessionCore {
  setTiming(timeout: number, overlap: number, rest: number, late: number): void;
  guard(
    method: string,
    origin?: string,
    secFetchSite?: string,
    contentType?: string,
    attempt?: string,
  ): string;
  locate(cookies?: string): string;
  open(
    shard: string,
    family: string | undefined,
    authTime: number,
    idleSeconds: number,
    absoluteSeconds: number,
    now: number,
    entropy: Uint8Array,
  ): string;
  decide(
    record: string,
    cookies: string | undefined,
    attempt: string,
    now: number,
    entropy: Uint8Array,
  ): string;
  inspect(record: string, cookies: string | undefined, now: number): string;
  close(record: string, cookies: string | undefined, now: number): string;
  settling(record: string, now: number): number;
  revoke(record: string): string;
  clearCookie(): string;
}

/** Gives the glue with its wasm attached; called once, on the first request. */
export type LoadGlue = () => SessionGlue;

/** Makes the wasm of the artifact usable through its glue. */
export function attach(glue: SessionGlue, module: WebAssembly.Module): SessionGlue {
  const imports = { "./session_bg.js": glue as unknown as WebAssembly.ModuleImports };
  const { exports } = new WebAssembly.Instance(module, imports);
  glue.__wbg_set_wasm(exports);
  const start = exports["__wbindgen_start"];
  if (typeof start === "function") start();
  return glue;
}
