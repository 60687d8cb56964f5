/** What every build of `strongroom/endpoints` exports beside `createEndpoints`. */
export { EndpointsError } from "./errors.ts";
export type { EndReason, EndpointsErrorCode } from "./errors.ts";
export { issuer } from "./issuer/issuer.ts";
export { ringStorage } from "./issuer/storage.ts";
export type {
  AuthenticateEvent,
  Authenticated,
  Authentication,
  IssueDecision,
  IssueEvent,
  IssuerOptions,
} from "./issuer/types.ts";
export { oidc } from "./oidc.ts";
export type { OidcOptions } from "./oidc-options.ts";
export type { CreateVerifier } from "./oidc-logout.ts";
export type {
  EndpointsOptions,
  FaultEvent,
  OutcomeEvent,
  Session,
  SessionEvent,
  SessionOptions,
} from "./context.ts";
export type { Outcome, Timing } from "./core.ts";
export type { Endpoints, RequestContext } from "./create.ts";
export { memoryLimiter } from "./limits.ts";
export type { RateLimiter, RateLimits } from "./limits.ts";
export type { Span, Tracer } from "./telemetry.ts";
export type { SessionEntry, Sessions } from "./sessions.ts";
export type {
  Expected,
  Granted,
  Identity,
  LoginParameters,
  LogoutNotice,
  Provider,
  Renewal,
  Resource,
} from "./provider.ts";
export type { Change, Lease, Loaded, Page, SessionRow, SessionSummary, Store } from "../stores/store.ts";
