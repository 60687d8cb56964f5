// The form: one token has one spelling, and every parser reads the same in it.
import assert from "node:assert/strict";
import { CLAIMS, ES256, code, encode, es256, join, signEs256, withText } from "../issuer.mjs";

const good = es256();
const [header, payload, signature] = good.split(".");
const malformed = (token, why) => assert.equal(code(token), "token_malformed", why);
const signed = (text) => join(text, signEs256(text));

/** Unused bits set in the last character of a segment that has some. */
function withTrailingBits(segment) {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return segment.slice(0, -1) + alphabet[alphabet.indexOf(segment.at(-1)) + 1];
}

/** A value whose encoding leaves bits unused. */
const uneven = (value, member) => {
  for (let pad = ""; ; pad += "x") {
    const segment = encode({ ...value, [member]: pad });
    if (segment.length % 4 !== 0) return segment;
  }
};

export default [
  {
    name: "characters that are not base64url, skipped by a lenient decoder",
    ids: ["CVE-2022-25898"],
    defence: "base64url is strict",
    run() {
      for (const character of ["!", "\0", "%", "*", "é", "\u200b"]) {
        malformed(
          `${header}.${payload}.${signature.slice(0, 9)}${character}${signature.slice(9)}`,
          character,
        );
        malformed(`${header.slice(0, 4)}${character}${header.slice(4)}.${payload}.${signature}`, character);
      }
    },
  },
  {
    name: "whitespace inside and around segments",
    ids: [],
    defence: "base64url is strict",
    run() {
      for (const blank of [" ", "\n", "\r\n", "\t"]) {
        malformed(`${good}${blank}`, "behind");
        malformed(`${blank}${good}`, "before");
        malformed(signed(`${header}.${payload.slice(0, 8)}${blank}${payload.slice(8)}`), "inside");
      }
    },
  },
  {
    name: "base64 padding",
    ids: [],
    defence: "base64url is strict",
    run() {
      malformed(`${good}==`);
      malformed(signed(`${uneven(ES256, "x")}=.${payload}`));
    },
  },
  {
    name: "the other base64 alphabet",
    ids: [],
    defence: "base64url is strict",
    run: () => malformed(`${header}.${payload}.${"+/".repeat(43)}`),
  },
  {
    name: "unused bits in a segment's last character: a second spelling of one token",
    ids: [],
    defence: "trailing bits are zero",
    run() {
      malformed(`${header}.${payload}.${withTrailingBits(signature)}`, "signature");
      malformed(signed(`${header}.${withTrailingBits(uneven(CLAIMS, "x"))}`), "payload");
      malformed(signed(`${withTrailingBits(uneven(ES256, "x"))}.${payload}`), "header");
    },
  },
  {
    name: "a flood of dots",
    ids: ["CVE-2025-30204", "CVE-2025-27144"],
    defence: "segments are counted up to six",
    run() {
      malformed(".".repeat(16_000));
      malformed(`${good}.`, "one more");
      malformed(`${good}.${"a.".repeat(2000)}`, "many more");
      assert.equal(code(".".repeat(1_000_000)), "token_too_large");
    },
  },
  {
    name: "a token of megabytes",
    ids: ["CVE-2025-61920"],
    defence: "tokens are bounded",
    run() {
      assert.equal(code(`${header}.${"A".repeat(8_000_000)}.${signature}`), "token_too_large");
      assert.equal(code(es256(ES256, { ...CLAIMS, x: "x".repeat(13_000) })), "token_too_large");
    },
  },
  {
    name: "a header of many kilobytes",
    ids: ["CVE-2025-61920"],
    defence: "headers are bounded",
    run: () => assert.equal(code(es256({ ...ES256, x: "x".repeat(2100) })), "header_invalid"),
  },
  {
    name: "an encrypted token where a signed one is expected",
    ids: ["CVE-2023-51774"],
    defence: "five segments are an encrypted token",
    run() {
      const jwe = `${encode({ alg: "RSA-OAEP-256", enc: "A256GCM", kid: "rsa" })}.AAAA.AAAA.AAAA.AAAA`;
      malformed(jwe);
      assert.equal(code(es256({ ...ES256, enc: "A256GCM" })), "header_invalid", "its header on a signed one");
    },
  },
  {
    name: "a decompression bomb in an encrypted token",
    ids: ["CVE-2024-28176", "CVE-2024-28180", "CVE-2024-33664", "CVE-2024-21319"],
    defence: "five segments are an encrypted token",
    run: () =>
      malformed(`${encode({ alg: "dir", enc: "A256GCM", zip: "DEF" })}..AAAA.${"A".repeat(4000)}.AAAA`),
  },
  {
    name: "an iteration count of billions in an encrypted token",
    ids: ["CVE-2022-36083", "CVE-2023-50658", "CVE-2023-50967"],
    defence: "five segments are an encrypted token",
    run() {
      const started = performance.now();
      const bomb = { alg: "PBES2-HS256+A128KW", enc: "A128GCM", p2c: 2 ** 31, p2s: "AAAA" };
      malformed(`${encode(bomb)}.AAAA.AAAA.AAAA.AAAA`);
      assert.equal(code(es256({ ...ES256, ...bomb, alg: "ES256", enc: undefined })), "accepted", "ignored");
      assert.ok(performance.now() - started < 5000, "something was derived");
    },
  },
  {
    name: "the JSON serialization, and a token hidden in it",
    ids: ["CVE-2022-39227"],
    defence: "base64url is strict",
    run() {
      malformed(JSON.stringify({ protected: header, payload, signature }));
      malformed(
        `{"${header}.":"","protected":"${header}","payload":"${payload}","signature":"${signature}"}`,
      );
      malformed(` ${header}.{"${payload}":1,"x.y":"${signature}"}`);
    },
  },
  {
    name: "two values for one claim: this parser takes the first, that one the last",
    ids: [],
    defence: "no member name comes twice",
    run() {
      malformed(withText('"sub":', '"sub":"admin","sub":'));
      malformed(withText('"exp":', `"exp":${CLAIMS.exp},"exp":`));
      malformed(es256(ES256, `{"a":{"b":1,"b":2},${JSON.stringify(CLAIMS).slice(1)}`), "nested");
    },
  },
  {
    name: "two values for one claim, one of them escaped",
    ids: [],
    defence: "no member name comes twice",
    run() {
      malformed(withText('"sub":', '"\\u0073ub":"admin","sub":'));
      assert.equal(code(es256('{"alg":"ES256","kid":"ec","\\u0061lg":"none"}')), "header_invalid");
    },
  },
  {
    name: "two algorithms in one header",
    ids: [],
    defence: "no member name comes twice",
    run: () => assert.equal(code(es256('{"alg":"ES256","kid":"ec","alg":"none"}')), "header_invalid"),
  },
  {
    name: "nesting that exhausts a stack",
    ids: [],
    defence: "nesting is bounded",
    run() {
      const deep = (depth) => withText('"sub"', `"x":${"[".repeat(depth)}${"]".repeat(depth)},"sub"`);
      assert.equal(code(deep(31)), "accepted");
      malformed(deep(32), "one too deep");
      malformed(deep(5900), "as deep as a token can be");
    },
  },
  {
    name: "a byte order mark",
    ids: [],
    defence: "no byte order mark",
    run() {
      malformed(es256(ES256, `\ufeff${JSON.stringify(CLAIMS)}`));
      assert.equal(code(es256(`\ufeff${JSON.stringify(ES256)}`)), "header_invalid");
    },
  },
  {
    name: "bytes that are not UTF-8",
    ids: [],
    defence: "UTF-8 is strict",
    run() {
      const [before, behind] = JSON.stringify(CLAIMS).split("user-1");
      for (const bytes of ["ff", "c0af", "eda080", "f8888080"]) {
        const parts = [Buffer.from(before), Buffer.from(bytes, "hex"), Buffer.from(behind)];
        malformed(es256(ES256, Buffer.concat(parts)), bytes);
      }
    },
  },
  {
    name: "half of a surrogate pair",
    ids: [],
    defence: "surrogates come in pairs",
    run() {
      for (const half of ["\\ud800", "\\udc00", "\\ud800\\u0041"]) malformed(withText("user-1", half), half);
    },
  },
  {
    name: "something behind the JSON",
    ids: [],
    defence: "nothing follows the JSON",
    run() {
      for (const tail of ["{}", "x", "\0", ",", ']"'])
        malformed(es256(ES256, JSON.stringify(CLAIMS) + tail), tail);
    },
  },
  {
    name: "JSON that only a lenient parser reads",
    ids: [],
    defence: "JSON is strict",
    run() {
      const claims = JSON.stringify(CLAIMS);
      for (const text of [`${claims.slice(0, -1)},}`, claims.replace('"sub"', "sub"), `/**/${claims}`])
        malformed(es256(ES256, text), text);
      malformed(withText(String(CLAIMS.exp), `+${CLAIMS.exp}`));
      malformed(withText(String(CLAIMS.exp), `0${CLAIMS.exp}`));
    },
  },
  {
    name: "a payload that is no object",
    ids: [],
    defence: "claims are an object",
    run() {
      for (const value of ["[]", "null", "1", '"claims"', "true", `[${JSON.stringify(CLAIMS)}]`])
        malformed(es256(ES256, value), value);
    },
  },
];
