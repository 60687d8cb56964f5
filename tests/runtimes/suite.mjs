// The verifier's suite, the same for every runtime. Tokens are made by jose, keys come from a key server on loopback.
// Each test gets `keyServer`, see client.mjs.
import { tests as algorithms } from "./suite/algorithms.mjs";
import { tests as policy } from "./suite/policy.mjs";
import { tests as keys } from "./suite/keys.mjs";
import { tests as answers } from "./suite/answers.mjs";
import { tests as cache } from "./suite/cache.mjs";
import { tests as engines } from "./suite/engines.mjs";
import { tests as signing } from "./suite/signing.mjs";

export const tests = { ...algorithms, ...policy, ...keys, ...answers, ...cache, ...engines, ...signing };
