// Every weakness: `name`, the advisories in which it was published, the `defence` that mutations.mjs takes away, and `run`.
import algorithm from "./algorithm.mjs";
import claims from "./claims.mjs";
import fetching from "./fetching.mjs";
import form from "./form.mjs";
import header from "./header.mjs";
import keys from "./keys.mjs";
import options from "./options.mjs";
import request from "./request.mjs";
import secrets from "./secrets.mjs";
import signature from "./signature.mjs";

export const GROUPS = {
  algorithm,
  signature,
  form,
  header,
  claims,
  keys,
  secrets,
  fetching,
  options,
  request,
};
