// What each failure means to a person. The code is the stable part; the words are the demo's own.
import { VaultError } from "strongroom";
import { SiteError } from "./config.ts";

export interface Problem {
  code: string;
  title: string;
  text: string;
}

const words: Record<string, [title: string, text: string]> = {
  signed_out: ["You are signed out.", "Sign in to call the API."],
  session_ended: ["Your session has ended.", "Sign in again."],
  reauth_required: ["The provider wants you to sign in again.", "Your session there has ended."],
  resource_not_allowed: [
    "Refused by the vault.",
    "This address is not on its list, so no token was sent to it.",
  ],
  unreachable: [
    "The server cannot be reached.",
    "Nothing is lost: the page goes on by itself when it is back.",
  ],
  refresh_failed: ["The access token could not be refreshed.", "Nothing is lost; try again in a moment."],
  provider_unreachable: [
    "The identity provider cannot be reached.",
    "Nothing is lost; try again in a moment.",
  ],
  provider_refused: ["The identity provider refused the sign-in.", "Try again."],
  store_unavailable: ["The session store cannot be reached.", "Nothing is lost; try again in a moment."],
  handshake_failed: ["The vault did not answer.", "Its origin may be down, or may not list this app."],
  worker_failed: ["The vault's worker did not start.", "Look at the browser's console for the reason."],
  network: ["The API cannot be reached.", "Check that it is running, then try again."],
  site: ["The demo's site cannot be reached.", "Check that it is running, then try again."],
};

export const problem = (code: string, detail = "See the browser's console."): Problem => {
  const [title, text] = words[code] ?? ["Something went wrong.", detail];
  return { code, title, text };
};

export const problemOf = (error: unknown): Problem => {
  if (error instanceof VaultError) {
    // The endpoints' own reason says more where the demo has words for it; the code stays the vault's.
    const { title, text } = problem(
      error.reason && error.reason in words ? error.reason : error.code,
      error.message,
    );
    return { code: error.code, title, text };
  }
  if (error instanceof SiteError) return problem("site");
  if (error instanceof TypeError) return problem("network");
  return problem("unknown", error instanceof Error ? error.message : String(error));
};
