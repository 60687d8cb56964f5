// The session artifact as JavaScript meets it: shapes, refusals, and that nothing but a programming error throws.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import * as glue from "../../pkg/wasm/session/session_bg.js";

const bytes = readFileSync(new URL("../../pkg/wasm/session/session_bg.wasm", import.meta.url));
const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { "./session_bg.js": glue });
glue.__wbg_set_wasm(exports);
exports.__wbindgen_start?.();

const origin = "https://app.example.com";
const login = 1_800_000_000_000;
const secret = (byte) => Buffer.alloc(32, byte).toString("base64url");
const attempt = (byte) => Buffer.alloc(16, byte).toString("base64url");
const entropy = (byte) => new Uint8Array(32).fill(byte);
const core = (...secrets) => new glue.SessionCore(secrets.length ? secrets : [secret(1)], [origin]);
const open = (from) => JSON.parse(from.open("shard", undefined, login, 3_600, 86_400, login, entropy(1)));
const pair = (setCookie) => setCookie.split(";")[0];

test("a session opens, is found, rotates, and its lost answer is repeated", () => {
  const server = core();
  const { family, record, setCookie, ...times } = open(server);
  assert.deepEqual(times, {
    authTime: login,
    idleExpiresAt: login + 3_600_000,
    absoluteExpiresAt: login + 86_400_000,
    revoked: false,
  });
  assert.match(
    setCookie,
    /^__Host-Http-strongroom=[\w.-]{60,90}; Max-Age=86400; Path=\/; Secure; HttpOnly; SameSite=Strict$/,
  );
  assert.ok(setCookie.length <= 200);
  assert.deepEqual(JSON.parse(server.locate(`a=b; ${pair(setCookie)}`)), {
    ok: true,
    shard: "shard",
    family,
  });

  const now = login + 480_000;
  const rotated = JSON.parse(server.decide(record, pair(setCookie), attempt(1), now, entropy(2)));
  assert.deepEqual([rotated.outcome, rotated.status, rotated.mint, rotated.rule], ["rotated", 200, true, 5]);
  assert.equal(rotated.idleExpiresAt, now + 3_600_000);
  assert.equal("problem" in rotated, false);

  const replay = JSON.parse(server.decide(rotated.write, pair(setCookie), attempt(1), now + 1, entropy(3)));
  assert.deepEqual([replay.outcome, pair(replay.setCookie)], ["replay", pair(rotated.setCookie)]);
});

test("reuse revokes, is told to the operator, and sets no cookie", () => {
  const server = core();
  let { record, setCookie } = open(server);
  const stolen = pair(setCookie);
  let cookie = stolen;
  for (let turn = 1; turn <= 2; turn++) {
    const decision = JSON.parse(
      server.decide(record, cookie, attempt(turn), login + turn * 480_000, entropy(turn + 1)),
    );
    [record, cookie] = [decision.write, pair(decision.setCookie)];
  }
  assert.equal(JSON.parse(server.inspect(record, cookie, login + 1_440_000)).ok, true);
  const found = JSON.parse(server.decide(record, stolen, attempt(9), login + 1_440_000, entropy(9)));
  assert.deepEqual([found.outcome, found.status, found.mint, found.alert], ["reuse", 401, false, "reuse"]);
  assert.deepEqual(
    [found.problem.code, found.problem.reason, found.revoked],
    ["session_ended", "reuse", true],
  );
  assert.equal("setCookie" in found, false);
  const after = JSON.parse(server.inspect(found.write, cookie, login + 1_440_001));
  assert.deepEqual([after.ok, after.problem.reason], [false, "revoked"]);
});

test("secrets rotate", () => {
  const { setCookie } = open(core(secret(1)));
  assert.equal(JSON.parse(core(secret(2), secret(1)).locate(pair(setCookie))).ok, true);
  assert.equal(JSON.parse(core(secret(2)).locate(pair(setCookie))).problem.reason, "unknown");
});

test("any text is refused by type", () => {
  const server = core();
  const { record, setCookie } = open(server);
  const cookie = pair(setCookie);
  const texts = [
    "",
    "\u0000",
    "é",
    "=",
    ";;;",
    "__Host-Http-strongroom",
    "\ud800",
    "a".repeat(70_000),
    cookie + "x",
    `${cookie}; ${cookie}`,
  ];
  for (const text of texts) {
    const located = JSON.parse(server.locate(text));
    assert.deepEqual(
      [located.ok, located.problem.status, located.problem.code],
      [false, 401, "session_ended"],
    );
    const decision = JSON.parse(server.decide(record, text, attempt(1), login, entropy(1)));
    assert.deepEqual(
      [decision.outcome, "write" in decision, "setCookie" in decision],
      ["ended", false, false],
    );
    const unreadable = JSON.parse(server.decide(text, cookie, attempt(1), login, entropy(1)));
    assert.deepEqual(
      [unreadable.outcome, unreadable.alert, "write" in unreadable],
      ["ended", "record_unreadable", false],
    );
    assert.equal(JSON.parse(server.revoke(text)).ok, false);
    assert.equal(JSON.parse(server.guard("POST", text, text, text, text)).ok, false);
  }
  assert.equal(JSON.parse(server.locate(undefined)).problem.reason, "missing");
});

test("the guard refuses in its order, each with its code", () => {
  const guard = (...request) => JSON.parse(core().guard(...request)).problem?.code;
  const json = "application/json";
  assert.equal(guard("POST", origin, "same-origin", json, attempt(1)), undefined);
  assert.equal(guard("GET"), "method_not_allowed");
  assert.equal(guard("POST", "null", "same-origin", json, attempt(1)), "origin_refused");
  assert.equal(guard("POST", origin, "same-site", json, attempt(1)), "fetch_site_refused");
  assert.equal(guard("POST", origin, undefined, "text/plain", attempt(1)), "content_type_refused");
  assert.equal(guard("POST", origin, undefined, json, "short"), "attempt_missing");
});

test("only programming errors throw, and they repeat no secret", () => {
  const canary = "c".repeat(30);
  for (const secrets of [[], [canary], ["not base64url!"]]) {
    assert.throws(
      () => new glue.SessionCore(secrets, [origin]),
      (error) => !error.message.includes(canary),
    );
  }
  const server = core();
  const { record, setCookie } = open(server);
  assert.throws(() => server.setTiming(10_000, 5_000, 60_000, 130_000), /overlap/);
  assert.throws(() => server.open("", undefined, 0, 1, 1, 0, entropy(1)), /shard/);
  assert.throws(() => server.decide(record, pair(setCookie), "short", login, entropy(1)), /attempt/);
  assert.throws(
    () => server.decide(record, pair(setCookie), attempt(1), login, new Uint8Array(8)),
    /entropy/,
  );
  assert.throws(() => glue.SessionCore.problem("nonsense"), /code/);
  for (const now of [Number.NaN, -1, Infinity])
    JSON.parse(server.decide(record, undefined, attempt(1), now, entropy(1)));
});
