// Project Wycheproof's vectors on the primitives as wasm: no wrong accept, no wrong refusal; valid vectors that the policy
// refuses are counted apart, by reason.
import assert from "node:assert/strict";
import { test } from "node:test";
import { DER, FILES } from "./files.mjs";
import { VectorKey, bytes, load } from "./load.mjs";

/** The key, or the word for why the policy refuses it. */
function keyOf(make) {
  try {
    return make();
  } catch (reason) {
    assert.equal(typeof reason, "string", String(reason));
    return reason;
  }
}

const hashBits = { HS256: 256, HS384: 384, HS512: 512 };

for (const [file, alg, jwk] of FILES) {
  test(`${file}: ${alg}`, (t) => {
    const found = { accepted: 0, refused: 0, "acceptable, either way": 0 };
    const policy = {};
    const count = (reason) => (policy[reason] = (policy[reason] ?? 0) + 1);
    for (const group of load(file).testGroups) {
      const shared = jwk && keyOf(() => VectorKey.fromJwk(JSON.stringify(jwk(group))));
      for (const { tcId, key: secret, msg, sig, tag, ctx, result } of group.tests) {
        const key = shared ?? keyOf(() => VectorKey.fromSecret(bytes(secret), alg));
        const accepted = typeof key !== "string" && key.verify(alg, bytes(msg), bytes(sig ?? tag));
        if (result === "invalid") assert.ok(!accepted, `vector ${tcId} is invalid and was accepted`);
        if (typeof key === "string") {
          if (result === "valid") count(key);
          continue;
        }
        // JOSE knows no context, and no shortened tags.
        const isCut = group.tagSize < hashBits[alg];
        if (result === "valid" && (ctx || isCut)) {
          assert.ok(!accepted, `vector ${tcId} was accepted`);
          count(ctx ? "context" : "shortened_tag");
          continue;
        }
        if (result === "valid") assert.ok(accepted, `vector ${tcId} is valid and was refused`);
        if (result === "acceptable") found["acceptable, either way"] += 1;
        else found[accepted ? "accepted" : "refused"] += 1;
      }
    }
    const refusals = Object.entries(policy).map(([reason, times]) => `${reason} ${times}`);
    t.diagnostic(
      `valid accepted ${found.accepted}, invalid refused ${found.refused}` +
        `, valid and refused by policy: ${refusals.join(", ") || "none"}`,
    );
    assert.ok(found.accepted > 0 && found.refused > 0, JSON.stringify(found));
  });
}

for (const [file, alg, jwk] of DER) {
  test(`${file}: DER is refused for ${alg}`, (t) => {
    let refused = 0;
    for (const group of load(file).testGroups) {
      const key = VectorKey.fromJwk(JSON.stringify(jwk(group)));
      for (const { tcId, msg, sig } of group.tests) {
        assert.ok(!key.verify(alg, bytes(msg), bytes(sig)), `vector ${tcId} was accepted`);
        refused += 1;
      }
    }
    t.diagnostic(`refused ${refused}`);
    assert.ok(refused > 400);
  });
}
