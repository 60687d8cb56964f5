// The request and the answer: where a token is looked for, and what a refusal tells.
import assert from "node:assert/strict";
import { inspect as show } from "node:util";
import { decode, inspect, unauthorized } from "strongroom/edge";
import { CLAIMS, codeOf, es256, forger, verifier, withClaims } from "../issuer.mjs";

const request = (authorization, url = "https://api.example/") =>
  new Request(url, authorization === undefined ? {} : { headers: { authorization } });
const codeFor = (authorization, url) => codeOf(() => verifier().verify(request(authorization, url)));
const good = es256();

export default [
  {
    name: "a token in the URL, where logs keep it",
    ids: [],
    defence: "tokens come in the Authorization header alone",
    async run() {
      const url = `https://api.example/?access_token=${good}&token=${good}`;
      assert.equal(await codeFor(undefined, url), "token_missing");
    },
  },
  {
    name: "two tokens in one header: one is checked, the other used",
    ids: [],
    defence: "one token a request",
    async run() {
      for (const header of [
        `Bearer ${good}, Bearer ${good}`,
        `Bearer ${good} ${good}`,
        `Bearer ${good},${good}`,
      ])
        assert.equal(await codeFor(header), "invalid_request");
    },
  },
  {
    name: "two Authorization headers, of which each server on the way reads another",
    ids: [],
    defence: "one Authorization header a request",
    async run() {
      const ask = (...rawHeaders) =>
        codeOf(() => verifier().verify({ headers: { authorization: `Bearer ${good}` }, rawHeaders }));
      assert.equal(await ask("Host", "api.example", "Authorization", `Bearer ${good}`), "accepted");
      const twice = await ask("Authorization", `Bearer ${good}`, "AUTHORIZATION", "Bearer another");
      assert.equal(twice, "invalid_request");
      const headers = new Headers([
        ["authorization", `Bearer ${good}`],
        ["authorization", "Bearer another"],
      ]);
      assert.equal(await codeOf(() => verifier().verify({ headers })), "invalid_request");
    },
  },
  {
    name: "another scheme's credentials taken for a token",
    ids: [],
    defence: "the scheme is Bearer",
    async run() {
      for (const header of [
        good,
        `Basic ${good}`,
        `Token ${good}`,
        `Bearer`,
        `Bearer:${good}`,
        `BearerX ${good}`,
      ])
        assert.equal(await codeFor(header), "invalid_request", header.slice(0, 10));
    },
  },
  {
    name: "a refusal that repeats what it was given",
    ids: ["CVE-2019-7644"],
    defence: "refusals name no values",
    async run() {
      const canary = "canary-8f3a";
      const tokens = [
        withClaims({ iss: canary }),
        withClaims({ aud: canary }),
        withClaims({ sub: [canary] }),
        es256({ alg: canary, kid: "ec" }),
        es256({ alg: "ES256", kid: canary }),
        es256({ alg: "ES256", kid: "ec" }, { ...CLAIMS, jti: canary }, forger.privateKey),
        canary,
      ];
      for (const token of tokens) {
        const error = await verifier()
          .verify(token)
          .then(assert.fail, (error) => error);
        const answer = unauthorized(error);
        const told = [
          show(error),
          JSON.stringify(error),
          error.stack,
          await answer.text(),
          show([...answer.headers]),
        ];
        assert.ok(!told.join().includes(canary), error.code);
        assert.ok(!told.join().includes(token.slice(-20)), error.code);
        if (token !== canary) assert.ok(!told.join().includes(token.split(".")[1]), error.code);
      }
    },
  },
  {
    name: "decoding that is taken for verifying",
    ids: [],
    defence: "inspecting alone proves nothing",
    async run() {
      const forged = es256(undefined, undefined, forger.privateKey);
      assert.equal(decode(forged).payload.sub, "user-1");
      assert.equal((await inspect(forged)).valid, false);
      assert.equal((await inspect(good)).valid, false, "without a verifier nothing is valid");
      assert.equal((await inspect(forged, verifier())).valid, false);
    },
  },
  {
    name: "a token that is no text",
    ids: [],
    defence: "tokens are text",
    async run() {
      for (const token of [undefined, null, 1, {}, [good], Buffer.from(good), new String(good)]) {
        let accepted = false;
        try {
          await verifier().verify(token);
          accepted = true;
        } catch {
          // Refused, however it is.
        }
        assert.ok(!accepted, show(token).slice(0, 20));
      }
    },
  },
];
