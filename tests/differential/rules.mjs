// Why a token that jose accepts may be refused here: each rule's heading in docs/strictness.md, and the refusals that it
// explains. A refusal without a rule is a defect.
const is =
  (code, ...reasons) =>
  (error) =>
    error.code === code && (reasons.length === 0 || reasons.includes(error.reason));
const claim =
  (code, ...claims) =>
  (error) =>
    error.code === code && claims.includes(error.claim);

export const RULES = {
  "One spelling for each token": is("token_malformed", "base64url"),
  "No member twice": (error) => error.reason === "json_duplicate_member",
  "UTF-8, and nothing else": (error) => error.reason === "json_encoding",
  "Numbers are finite": (error) => error.reason === "json_number",
  "Nesting is bounded": (error) => error.reason === "json_too_deep",
  "Sizes are bounded": (error) => error.code === "token_too_large" || error.reason === "header_too_large",
  "Header parameters are of their type": is("header_invalid", "alg", "kid", "typ"),
  "No sign of encryption": is("header_invalid", "enc"),
  "No extensions": is("critical_unsupported"),
  "A key id is met or refused": is("key_not_found", "kid_unknown"),
  "Every token expires": (error) => error.code === "claim_missing" && error.claim === "exp",
  "Dates are dates": claim("claim_invalid", "exp", "nbf", "iat"),
  "Not issued tomorrow": is("issued_in_future"),
  "Audiences are strings": claim("claim_invalid", "aud"),
  "Names are strings": claim("claim_invalid", "sub", "jti", "client_id"),
};

/** The rule that explains a refusal. */
export const explain = (error) => Object.keys(RULES).find((name) => RULES[name](error));
