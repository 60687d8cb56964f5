import { aborts } from "./aborts.mjs";
import { bodies } from "./bodies.mjs";
import { headers } from "./headers.mjs";
import { inputs } from "./inputs.mjs";
import { options } from "./options.mjs";
import { redirects } from "./redirects.mjs";
import { responses } from "./responses.mjs";
import { streams } from "./streams.mjs";

const groups = { inputs, headers, bodies, responses, streams, aborts, redirects, options };

/** All cases of the battery, `{ name, run }`. A name says its group. */
export const cases = Object.entries(groups).flatMap(([group, named]) =>
  Object.entries(named).map(([name, run]) => ({ name: `${group}: ${name}`, run })),
);
