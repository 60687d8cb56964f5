// Where keys come from, how often they are fetched, and what a key server can do.
import * as jose from "jose";
import { audience, codeOf, equal, issuer, makeIssuer, theIssuer, verifierFor } from "./shared.mjs";

export const tests = {
  async "verifySync gives the same verdict, and says when it cannot tell"({ keyServer }) {
    const { jwks, token } = await theIssuer();
    const held = verifierFor({ keys: { jwks } });
    equal(held.verifySync(await token()).claims.sub, "user-1");
    equal(await codeOf(() => held.verifySync("a.b.c")), "token_malformed");
    const url = await keyServer.serve("sync", { json: jwks });
    const remote = verifierFor({ keys: { jwksUrl: url } });
    const good = await token();
    equal(await codeOf(() => remote.verifySync(good)), "async_required");
    await remote.ready;
    equal(remote.verifySync(good).claims.sub, "user-1");
  },

  async "keys are fetched once for fifty calls at once, and then held"({ keyServer }) {
    const { jwks, token } = await theIssuer();
    const url = await keyServer.serve("fifty", { json: jwks, delay: 50 });
    const verifier = verifierFor({ keys: { jwksUrl: url } });
    const good = await token();
    const results = await Promise.all(Array.from({ length: 50 }, () => verifier.verify(good)));
    equal(results.length, 50);
    await verifier.verify(good);
    equal(await keyServer.count("fifty"), 1);
  },

  async "a rotated key is found by its unknown kid"({ keyServer }) {
    const { jwks, token } = await theIssuer();
    const next = await makeIssuer();
    const url = await keyServer.serve("rotation", { json: jwks });
    const verifier = verifierFor({ keys: { jwksUrl: url } });
    await verifier.verify(await token());
    next.keys.ES256.jwk.kid = "next";
    await keyServer.serve("rotation", { json: next.jwks });
    await verifier.verify(await next.token("ES256", {}, { kid: "next" }));
    equal(await keyServer.count("rotation"), 2);
  },

  async "forged kids cause few fetches"({ keyServer }) {
    const { jwks, token } = await theIssuer();
    const url = await keyServer.serve("forged", { json: jwks });
    const verifier = verifierFor({ keys: { jwksUrl: url } });
    await verifier.ready;
    const [, payload, signature] = (await token()).split(".");
    for (let i = 0; i < 100; i++) {
      const header = jose.base64url.encode(JSON.stringify({ alg: "ES256", kid: `forged-${i}` }));
      equal(await codeOf(() => verifier.verify(`${header}.${payload}.${signature}`)), "key_not_found");
    }
    equal(await keyServer.count("forged"), 4);
  },

  async "a key server that misbehaves gives keys_unavailable"({ keyServer }) {
    const { jwks, token } = await theIssuer();
    const good = await token();
    const elsewhere = await keyServer.serve("elsewhere", { json: jwks });
    const bad = {
      "server error": { status: 500, json: jwks },
      "not found": { status: 404, body: "no" },
      "a redirect": { status: 302, headers: { location: elsewhere } },
      rubbish: { body: "<html>" },
      "no keys": { json: { keys: [] } },
      "a duplicate member": { body: `{"keys":[],"keys":${JSON.stringify(jwks.keys)}}` },
      "too much": { json: { ...jwks, padding: "x".repeat(256 * 1024) } },
      "too many keys": { json: { keys: Array.from({ length: 101 }, () => jwks.keys[0]) } },
    };
    for (const [name, answer] of Object.entries(bad)) {
      const verifier = verifierFor({ keys: { jwksUrl: await keyServer.serve("bad", answer) } });
      equal(await codeOf(() => verifier.verify(good)), "keys_unavailable", name);
    }
    equal(await keyServer.count("elsewhere"), 0);
  },

  async "a key server that is not there gives keys_unavailable"() {
    const { token } = await theIssuer();
    const verifier = verifierFor({ keys: { jwksUrl: "http://127.0.0.1:9/keys" } });
    equal(await codeOf(async () => verifier.verify(await token())), "keys_unavailable");
    equal(await codeOf(() => verifier.ready), "keys_unavailable");
  },

  async "keys are discovered from the issuer's metadata, and only from its own"({ keyServer }) {
    const { jwks } = await theIssuer();
    const { privateKey } = (await theIssuer()).keys.ES256;
    const jwks_uri = await keyServer.serve("discovered", { json: jwks });
    const ours = await keyServer.issuer("tenant", (iss) => ({ json: { issuer: iss, jwks_uri } }));
    const token = (iss) =>
      new jose.SignJWT({ sub: "user-1" })
        .setProtectedHeader({ alg: "ES256", kid: "key-ES256" })
        .setIssuer(iss)
        .setAudience(audience)
        .setExpirationTime("10m")
        .sign(privateKey);
    const discovering = (iss) => verifierFor({ issuer: iss, keys: { discover: true } });
    equal((await discovering(ours).verify(await token(ours))).claims.sub, "user-1");
    const metadata = {
      impostor: () => ({ json: { issuer: ours, jwks_uri } }),
      insecure: (iss) => ({ json: { issuer: iss, jwks_uri: "http://keys.example/jwks.json" } }),
      silent: (iss) => ({ json: { issuer: iss } }),
      rubbish: () => ({ body: "<html>" }),
      missing: () => ({ status: 404 }),
    };
    for (const [name, answer] of Object.entries(metadata)) {
      const iss = await keyServer.issuer(name, answer);
      equal(await codeOf(async () => discovering(iss).verify(await token(iss))), "keys_unavailable", name);
    }
  },

  async "keys are refreshed ahead in the background, and kept alive by waitUntil"({ keyServer }) {
    const { jwks } = await theIssuer();
    const url = await keyServer.serve("ahead", { json: jwks });
    let now = 1_800_000_000;
    const work = [];
    const verifier = verifierFor({
      keys: { jwksUrl: url },
      now: () => now,
      waitUntil: (promise) => work.push(promise),
    });
    await verifier.ready;
    now += 590;
    equal(await codeOf(() => verifier.verify("a.b.c")), "token_malformed");
    equal(work.length, 1);
    await Promise.all(work);
    equal(await keyServer.count("ahead"), 2);
  },

  async "a fetch of one's own is used for the keys"() {
    const { jwks, token } = await theIssuer();
    let asked;
    const fetch = async (request) => ((asked = request), Response.json(jwks));
    const verifier = verifierFor({ keys: { jwksUrl: "https://issuer.example/jwks.json" }, fetch });
    await verifier.verify(await token());
    equal([asked.url, asked.redirect], ["https://issuer.example/jwks.json", "manual"]);
  },
};
