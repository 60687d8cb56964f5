// Puts state on the page. Nothing here decides anything.
import type { Session } from "strongroom";
import { button, element, setText } from "./dom.ts";
import type { Problem } from "./problems.ts";
import { timeLeft } from "./time.ts";

const statusText: Record<Session["status"], string> = {
  starting: "Starting",
  "signed-in": "Signed in",
  "signed-out": "Signed out",
  unreachable: "Server unreachable",
};

export const showMode = (mode: "inpage" | "isolated"): void => {
  element("mode").dataset["mode"] = mode;
  setText(element("mode"), mode === "inpage" ? "In-page worker" : "Isolated origin");
};

export const showSession = (session: Session): void => {
  element("status").dataset["status"] = session.status;
  setText(element("status-text"), statusText[session.status]);
  setText(element("subject"), session.subject ?? "–");
  setText(
    element("time-left"),
    session.expiresAt === undefined ? "–" : timeLeft(session.expiresAt - Date.now()),
  );
  const signedIn = session.status === "signed-in";
  button("sign-in").hidden = signedIn;
  button("sign-in").disabled = session.status === "starting";
  button("sign-out").hidden = !signedIn;
  button("sign-out-everywhere").hidden = !signedIn;
};

export const showAlert = (problem: Problem | undefined): void => {
  const alert = element("alert");
  alert.hidden = problem === undefined;
  alert.dataset["code"] = problem?.code ?? "";
  setText(element("alert-title"), problem?.title ?? "");
  setText(element("alert-text"), problem?.text ?? "");
  setText(element("alert-code"), problem?.code ?? "");
};

export type Answer =
  | { outcome: "pending"; title: string }
  | { outcome: "ok" | "error"; title: string; code: string; body?: string };

export const showAnswer = (answer: Answer): void => {
  const panel = element("answer");
  panel.dataset["outcome"] = answer.outcome;
  setText(element("answer-title"), answer.title);
  if (answer.outcome === "pending") return;
  panel.dataset["code"] = answer.code;
  panel.dataset["count"] = String(Number(panel.dataset["count"]) + 1);
  const body = element("answer-body");
  body.hidden = answer.body === undefined;
  setText(body, answer.body ?? "");
};
