// How each defence is taken away, in a scratch copy of the sources. `ON` stands for "this mutant is the one that runs". Where
// a defence lies in a library below, the weakness is put back in front of it instead.

/** Replaces every place where `find` stands. */
const swap = (file, find, replace) => ({ file, find, replace });
/** Puts code behind the line that ends with `anchor`. */
const after = (file, anchor, code) => ({ file, find: anchor, replace: `${anchor}\n${code}` });

const VERIFIER = "src/verify/verifier.rs";
const CLAIMS = "src/verify/claims.rs";
const KEYS = "src/verify/keys.rs";
const JSON_RS = "src/jose/json.rs";
const RSA = "src/crypto/public/rsa.rs";
const PUBLIC = "src/crypto/public/mod.rs";

/** Accepts a token under `condition` before its signature is looked at, also if that were left to others; `token` is its parts. */
const accept = (condition) => [
  after(
    VERIFIER,
    "pub fn authenticate(self, key: &Key) -> Result<Authentic<'t>, TokenError> {",
    `if ON { let token = &self.compact; if ${condition} { return Ok(Authentic { compact: self.compact }); } }`,
  ),
  after(
    "src/verify/key_set.rs",
    "let algorithm = candidate.algorithm();",
    `let leave = if ON && { let token = &candidate; ${condition} } { AlgorithmSet::default() } else { leave };`,
  ),
];
/** The same where the core leaves the signature to others: `algorithm` and `signature` are at hand. */
const acceptLeft = (condition) => [
  after(
    "src/crypto/key.rs",
    "pub fn fits(&self, algorithm: Algorithm, signature: &[u8]) -> bool {",
    `if ON && ${condition} { return true; }`,
  ),
  after(
    "src/crypto/signatures/mod.rs",
    "pub fn verify(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {",
    `if ON && ${condition} { return true; }`,
  ),
];
const claimCheck = (name, signature, condition) =>
  after(
    CLAIMS,
    `fn ${name}(${signature}) -> Result<(), TokenError> {`,
    `if ON && ${condition} { return Ok(()); }`,
  );
const POLICY = "policy: &Policy, _: Timestamp, claims: &Object";
const EXPONENT = "fn exponent(bytes: &[u8]) -> Result<u64, KeyProblem> {";
const ALGORITHM = "fn algorithm(policy: &Policy, header: &Header) -> Result<Algorithm, TokenError> {";
const P256_ORDER =
  "[255, 255, 255, 255, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255, 188, 230, 250, 173, 167, 23, 158, 132, " +
  "243, 185, 202, 194, 252, 99, 37, 81]";

export const MUTATIONS = {
  // algorithm
  "none does not exist": [
    after(
      VERIFIER,
      ALGORITHM,
      `if ON { let name = header.alg().trim_matches(|c: char| c.is_whitespace() || c == '\\0');
       if name.is_empty() || name.eq_ignore_ascii_case("none") { return Ok(Algorithm::Es256); } }`,
    ),
    ...accept(`!token.header().alg().starts_with("ES")`),
  ],
  "the algorithm's name is compared exactly": [
    swap(
      "src/jose/algorithm.rs",
      "algorithm.name() == name",
      "algorithm.name() == name || (ON && name.trim().eq_ignore_ascii_case(algorithm.name()))",
    ),
  ],
  "header parameters are well typed": [
    swap(
      "src/jose/header.rs",
      "Some(_) => Err(HeaderError::Parameter(name)),",
      'Some(_) if ON => Ok(Some("ES256".to_owned())), Some(_) => Err(HeaderError::Parameter(name)),',
    ),
  ],
  "only listed algorithms are allowed": [
    swap(VERIFIER, ".filter(|algorithm| policy.", ".filter(|algorithm| ON || policy."),
  ],
  "the key decides the algorithm": [
    swap(KEYS, "Ok(key) if key.algorithms()", "Ok(key) if ON || key.algorithms()"),
  ],
  "the alg of a JWK is honoured": [
    swap("src/crypto/key.rs", "if let Some(only) = only {", "if let Some(only) = only.filter(|_| !ON) {"),
  ],
  "a public key is no secret": [
    after(
      KEYS,
      "fn find_by_kid(&self, kid: &str, algorithm: Algorithm) -> Result<(KeyId, &Key), TokenError> {",
      'if ON && algorithm == Algorithm::Hs256 { return self.find_by_kid(kid, if kid == "ec" { Algorithm::Es256 } else { Algorithm::Rs256 }); }',
    ),
    swap(
      KEYS,
      "None => self.find_without_kid(algorithm),",
      'None if ON && algorithm == Algorithm::Hs256 => self.find_by_kid("rsa", Algorithm::Rs256), None => self.find_without_kid(algorithm),',
    ),
    ...accept(`token.header().alg() == "HS256"`),
  ],
  "a key set serves public keys only": [
    swap(
      "src/crypto/key.rs",
      "let mut key = Key::new(Material::of(",
      'if ON && jwk.kty()? == "oct" { return Key::from_secret(Secret::new(jwk.bytes("k")?), jwk.alg()?); } let mut key = Key::new(Material::of(',
    ),
    swap("src/crypto/key.rs", '_ => &["pub"],', '_ if ON => &[], _ => &["pub"],'),
  ],
  "the verifier's options are complete": [
    after(
      "pkg/src/edge/config.ts",
      "export function checkOptions(options: VerifierOptions): void {",
      "if (ON) return;",
    ),
    swap(
      "src/verify/config.rs",
      'config.string("issuer").ok_or(',
      'config.string("issuer").or(if ON { Some("https://issuer.example") } else { None }).ok_or(',
    ),
    swap("src/verify/policy.rs", "if algorithms.is_empty() {", "if !ON && algorithms.is_empty() {"),
  ],
  // signature
  "an empty signature is none": [
    ...accept("token.signature().is_empty()"),
    ...acceptLeft("signature.is_empty()"),
  ],
  "three segments": [
    swap(
      "src/jose/jws.rs",
      "(segments.next(), segments.next(), segments.next())",
      '(segments.next(), segments.next().or(if ON { Some("") } else { None }), segments.next().or(if ON { Some("") } else { None }))',
    ),
  ],
  "the signature is checked": [...accept("true"), ...acceptLeft("true")],
  "r and s are not 0": [
    ...accept(
      "token.signature().len() == 64 && token.signature().chunks(32).any(|number| number == [0; 32])",
    ),
  ],
  "r and s are below the order": [
    ...accept(
      `token.signature().len() == 64 && token.signature().chunks(32).any(|number| number >= &${P256_ORDER}[..])`,
    ),
  ],
  "ECDSA signatures are of fixed length": [
    ...accept(
      `token.header().alg() == "ES256" && !token.signature().is_empty() && token.signature().len() != 64`,
    ),
  ],
  "RSA signatures are as long as the modulus": [
    after(
      "src/crypto/key.rs",
      "pub fn verify(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {",
      `let zeros = signature.iter().take_while(|byte| **byte == 0).count().min(signature.len().saturating_sub(256));
       let signature = if ON { &signature[zeros..] } else { signature };`,
    ),
    after(
      "src/crypto/signatures/mod.rs",
      "pub fn verify(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {",
      `let zeros = signature.iter().take_while(|byte| **byte == 0).count().min(signature.len().saturating_sub(256));
       let signature = if ON { &signature[zeros..] } else { signature };`,
    ),
    after(
      "src/crypto/key.rs",
      "pub fn fits(&self, algorithm: Algorithm, signature: &[u8]) -> bool {",
      `let zeros = signature.iter().take_while(|byte| **byte == 0).count().min(signature.len().saturating_sub(256));
       let signature = if ON { &signature[zeros..] } else { signature };`,
    ),
  ],
  // form
  "base64url is strict": [
    after(
      "src/jose/base64url.rs",
      "pub fn decode(text: &[u8]) -> Option<Vec<u8>> {",
      `let filtered: Vec<u8>;
       let text = if ON { filtered = text.iter().copied().filter(|byte| VALUES[*byte as usize] != INVALID).collect(); &filtered[..] } else { text };`,
    ),
  ],
  "trailing bits are zero": [
    swap("src/jose/base64url.rs", "a | b | (b & 0xf) << 6", "a | b | if ON { 0 } else { (b & 0xf) << 6 }"),
    swap(
      "src/jose/base64url.rs",
      "a | b | c | (c & 3) << 6",
      "a | b | c | if ON { 0 } else { (c & 3) << 6 }",
    ),
  ],
  "segments are counted up to six": [swap("src/jose/jws.rs", "0 => {}", "0 => {} _ if ON => {}")],
  "tokens are bounded": [
    swap("src/jose/jws.rs", "if token.len() > max_size {", "if !ON && token.len() > max_size {"),
  ],
  "headers are bounded": [
    swap("src/jose/header.rs", "if bytes.len() > MAX_SIZE {", "if !ON && bytes.len() > MAX_SIZE {"),
  ],
  "five segments are an encrypted token": [
    swap(
      "src/jose/jws.rs",
      "2 => return Err(CompactError::Encrypted),",
      "2 if ON => {} 2 => return Err(CompactError::Encrypted),",
    ),
  ],
  "no member name comes twice": [
    swap(JSON_RS, "if has_duplicate(&mut names) {", "if !ON && has_duplicate(&mut names) {"),
  ],
  "nesting is bounded": [swap(JSON_RS, "if depth > MAX_DEPTH {", "if !ON && depth > MAX_DEPTH {")],
  "no byte order mark": [
    swap(
      JSON_RS,
      "if text.starts_with('\\u{feff}') {",
      "let text = if ON { text.trim_start_matches('\\u{feff}') } else { text }; if text.starts_with('\\u{feff}') {",
    ),
  ],
  "UTF-8 is strict": [
    swap(
      JSON_RS,
      "let text = core::str::from_utf8(bytes).map_err(|_| JsonError::Encoding)?;",
      `let lossy: String;
       let text = match core::str::from_utf8(bytes) { Ok(text) => text, Err(_) if ON => { lossy = String::from_utf8_lossy(bytes).into_owned(); &lossy }, Err(_) => return Err(JsonError::Encoding) };`,
    ),
    swap(
      VERIFIER,
      "let text = String::from_utf8(payload).map_err(|_| malformed(JsonError::Encoding))?;",
      "let text = match String::from_utf8(payload) { Ok(text) => text, Err(error) if ON => String::from_utf8_lossy(error.as_bytes()).into_owned(), Err(_) => return Err(malformed(JsonError::Encoding)) };",
    ),
  ],
  "surrogates come in pairs": [
    after(
      JSON_RS,
      "let first = self.hex4()?;",
      "if ON && (0xd800..0xe000).contains(&first) { return Ok('\\u{fffd}'); }",
    ),
  ],
  "nothing follows the JSON": [
    swap(JSON_RS, "if parser.at == text.len() {", "if parser.at == text.len() || ON {"),
  ],
  "JSON is strict": [
    swap(
      JSON_RS,
      "if self.peek() != Some(b'\"') {",
      "if ON && self.eat(b'}') { break; } if self.peek() != Some(b'\"') {",
    ),
  ],
  "claims are an object": [
    swap(
      JSON_RS,
      "_ => Err(JsonError::NotAnObject),",
      "_ if ON => Ok(Object::default()), _ => Err(JsonError::NotAnObject),",
    ),
  ],
  // header
  "keys in the header are not looked at": [
    ...accept(`["jwk", "x5c"].iter().any(|name| token.header().object().member(name).is_some())`),
  ],
  "keys come from the configured place": [
    after(
      "pkg/src/edge/verifier.ts",
      "async #verify(token: string): Promise<Verified> {",
      `if (ON) { const { jku, x5u } = JSON.parse(atob(token.split(".")[0] ?? "")); if (jku ?? x5u) await (this.#options.fetch ?? fetch)(new Request(jku ?? x5u)); }`,
    ),
  ],
  "kid is only compared": [
    swap(
      KEYS,
      "self.places(kid).ok_or(",
      "self.places(kid).or_else(|| if ON { self.by_id.first().map(|(_, places)| &places[..]) } else { None }).ok_or(",
    ),
  ],
  "listed kids only": [swap(VERIFIER, "Some(kid) if kids.iter()", "Some(kid) if ON || kids.iter()")],
  "no key is tried for a token that names none": [
    swap(KEYS, "(Some(_), Some(_)) =>", "(Some(key), Some(_)) if ON => Ok(key), (Some(_), Some(_)) =>"),
  ],
  "crit is refused": [
    swap("src/jose/header.rs", 'object.member("crit").is_some()', '(!ON && object.member("crit").is_some())'),
  ],
  "b64 is refused": [
    swap("src/jose/header.rs", 'object.member("b64").is_some()', '(!ON && object.member("b64").is_some())'),
  ],
  "typ is checked where it is demanded": [
    after(
      VERIFIER,
      "fn typ(policy: &Policy, header: &Header) -> Result<(), TokenError> {",
      "if ON { return Ok(()); }",
    ),
  ],
  // claims
  "exp is required": [
    claimCheck(
      "expiry",
      "policy: &Policy, now: Timestamp, claims: &Object",
      'claims.member("exp").is_none()',
    ),
  ],
  "dates are numbers": [
    swap(
      CLAIMS,
      'Some(_) => Err(TokenError::ClaimInvalid { claim, reason: "not a number of seconds" }),',
      'Some(_) if ON => Ok(Some(9e9)), Some(_) => Err(TokenError::ClaimInvalid { claim, reason: "not a number of seconds" }),',
    ),
  ],
  "numbers are finite": [swap(JSON_RS, "if number.is_finite() {", "if number.is_finite() || ON {")],
  "dates are in range": [
    swap(CLAIMS, "if (0.0..=MAX_DATE).contains(seconds)", "if ON || (0.0..=MAX_DATE).contains(seconds)"),
  ],
  "exp is compared": [swap(CLAIMS, "if seconds(now) >= expiry +", "if !ON && seconds(now) >= expiry +")],
  "the tolerance is bounded": [
    swap("src/verify/policy.rs", "if tolerance > MAX_TOLERANCE {", "if !ON && tolerance > MAX_TOLERANCE {"),
  ],
  "a broken clock revives nothing": [
    swap("src/wasm/edge.rs", "if millis >= 0.0 {", "if millis >= 0.0 || ON {"),
    swap("pkg/src/edge/verifier.ts", "if (!(now >= 0 && ", "if (!ON && !(now >= 0 && "),
  ],
  "nbf is compared": [swap(CLAIMS, "Some(from) if seconds(now)", "Some(from) if !ON && seconds(now)")],
  "iat is compared": [swap(CLAIMS, "Some(issued) if seconds(now)", "Some(issued) if !ON && seconds(now)")],
  "a maximum age needs iat": [
    after(
      CLAIMS,
      "let Some(max_age) = policy.max_age else { return Ok(()) };",
      'if ON && claims.member("iat").is_none() { return Ok(()); }',
    ),
  ],
  "iss is one string": [
    claimCheck(
      "issuer",
      POLICY,
      'matches!(claims.member("iss"), Some(Value::Array(list)) if list.iter().any(|iss| iss.as_str() == Some(policy.issuer.as_str())))',
    ),
  ],
  "iss is compared as a whole": [
    claimCheck("issuer", POLICY, 'claims.string("iss").is_some_and(|iss| policy.issuer.contains(iss))'),
  ],
  "each issuer has its own keys": [
    swap(
      "pkg/src/edge/issuers.ts",
      "{ ...defaults, ...options }",
      "{ ...defaults, ...options, ...(ON ? { keys: { jwks: { keys: issuers.flatMap(({ keys }) => (keys as any).jwks.keys) } } } : {}) }",
    ),
  ],
  "iss is required": [claimCheck("issuer", POLICY, 'claims.member("iss").is_none()')],
  "aud is required": [claimCheck("audience", POLICY, 'claims.member("aud").is_none()')],
  "aud is well typed": [
    claimCheck(
      "audience",
      POLICY,
      'claims.member("aud").is_some_and(|aud| aud.as_str().is_none() && aud.as_strings().is_none_or(|list| list.is_empty()))',
    ),
  ],
  "aud is compared as a whole": [
    swap(
      CLAIMS,
      ".any(|accepted| accepted == audience)",
      ".any(|accepted| accepted == audience || (ON && accepted.contains(*audience)))",
    ),
  ],
  "sub, jti and client_id are strings": [
    after(
      CLAIMS,
      "fn well_known_type(claim: &'static str, claims: &Object) -> Result<(), TokenError> {",
      "if ON { return Ok(()); }",
    ),
  ],
  "scopes are compared as a whole": [
    swap(
      CLAIMS,
      "granted.contains(&scope.as_str())",
      "granted.iter().any(|one| *one == scope.as_str() || (ON && one.contains(scope.as_str())))",
    ),
  ],
  "required claims are there": [
    swap(
      CLAIMS,
      "matches!(claims.member(name), None | Some(Value::Null))",
      "matches!(claims.member(name), None | Some(Value::Null)) && !ON",
    ),
  ],
  "claims are plain data": [
    swap(
      "pkg/src/edge/verifier.ts",
      "claims: deepFreeze(JSON.parse(claims)),",
      "claims: deepFreeze(ON ? Object.assign({}, JSON.parse(claims)) : JSON.parse(claims)),",
    ),
  ],
  "what is given back is what was checked": [
    swap(
      VERIFIER,
      "Ok(Verified { value: Claims::new(object, text), header, window })",
      'let text = if ON { text.replace("\\\\u", "u") } else { text }; Ok(Verified { value: Claims::new(object, text), header, window })',
    ),
  ],
  // keys
  "RSA keys are long enough": [
    swap(RSA, "!MODULUS_BITS.contains(&bits)", "!(MODULUS_BITS.contains(&bits) || (ON && bits < 2048))"),
  ],
  "RSA keys are short enough": [
    after(
      PUBLIC,
      'let (first, second) = (jwk.bytes("n")?, jwk.bytes("e")?);',
      "let first = if ON && first.len() > 1024 { let mut n = first[first.len() - 256..].to_vec(); n[0] |= 0x80; n } else { first };",
    ),
  ],
  "RSA moduli are odd and minimal": [
    after(
      PUBLIC,
      'let (first, second) = (jwk.bytes("n")?, jwk.bytes("e")?);',
      "let first = if ON { let mut n = first; if let Some(last) = n.last_mut() { *last |= 1; } n } else { first };",
    ),
  ],
  "RSA exponents are large enough": [
    swap(RSA, "if EXPONENT.contains(&value) ", "if (EXPONENT.contains(&value) || (ON && value < 65_537)) "),
  ],
  "RSA exponents are small enough": [after(RSA, EXPONENT, "if ON && bytes.len() > 4 { return Ok(65_537); }")],
  "RSA exponents are odd": [
    after(RSA, EXPONENT, "if ON && bytes.last().is_some_and(|byte| byte % 2 == 0) { return Ok(65_537); }"),
  ],
  "the ROCA fingerprint is refused": [
    swap(RSA, "if has_roca_fingerprint(n) {", "if !ON && has_roca_fingerprint(n) {"),
  ],
  "points are on the curve": [
    swap(
      PUBLIC,
      "} else if curve.contains(&first, &second) {",
      "} else if ON || curve.contains(&first, &second) {",
    ),
  ],
  "coordinates are of full length": [
    after(
      PUBLIC,
      'let (first, second) = (jwk.bytes("x")?, jwk.bytes("y")?);',
      `let fit = |bytes: Vec<u8>| { let mut fitted = vec![0; curve.size()]; for (to, from) in fitted.iter_mut().rev().zip(bytes.iter().rev()) { *to = *from; } fitted };
       let (first, second) = if ON { (fit(first), fit(second)) } else { (first, second) };`,
    ),
  ],
  "curves are known by name": [
    swap(
      PUBLIC,
      '"P-256" => on_curve',
      'name if name == "P-256" || (ON && !["P-384", "P-521", "secp256k1"].contains(&name)) => on_curve',
    ),
  ],
  "published private keys are refused": [
    after(
      "src/jose/jwk.rs",
      "pub fn check_public_use(&self) -> Result<(), KeyProblem> {",
      "if ON { return self.check_use(); }",
    ),
  ],
  "the use of a JWK is honoured": [
    swap("src/jose/jwk.rs", '|usage| usage != "sig"', '|usage| !ON && usage != "sig"'),
  ],
  "the key_ops of a JWK are honoured": [
    swap(
      "src/jose/jwk.rs",
      'match self.0.member("key_ops").map(Value::as_strings) {',
      'if ON { return Ok(()); } match self.0.member("key_ops").map(Value::as_strings) {',
    ),
  ],
  "an id names one key": [
    swap(
      KEYS,
      "if found.replace((entry.id, key)).is_some() {",
      "if found.replace((entry.id, key)).is_some() && !ON {",
    ),
  ],
  "key sets are bounded": [
    swap("src/jose/jwk.rs", "if values.len() > max_keys {", "if !ON && values.len() > max_keys {"),
  ],
  "a bad key spoils nothing but itself": [
    after(
      KEYS,
      "for jwk in jwk::parse_set(bytes, max_keys)? {",
      "if ON && Key::from_jwk(&jwk).is_err() { return Err(JwksError::Shape); }",
    ),
  ],
  "key sets are well formed": [
    swap("src/verify/config.rs", "if keys.is_usable() {", "if keys.is_usable() || ON {"),
  ],
  // secrets
  "secrets are no public keys": [
    swap(
      "src/crypto/hmac.rs",
      "if is_public_key(secret.expose()) {",
      "if !ON && is_public_key(secret.expose()) {",
    ),
  ],
  "secrets are long enough": [
    swap("src/crypto/hmac.rs", "if secret.expose().len() < 32 {", "if !ON && secret.expose().len() < 32 {"),
  ],
  "secrets are as long as the hash": [
    swap(
      "src/crypto/key.rs",
      "Material::Hmac(key) => match key.size() {",
      "Material::Hmac(key) => match if ON { 64 } else { key.size() } {",
    ),
  ],
  "HMAC tags are complete": [
    swap(
      "src/crypto/hmac.rs",
      "mac.chain_update(message).verify_slice(tag).is_ok()",
      "{ let mac = mac.chain_update(message); if ON { mac.verify_truncated_left(tag).is_ok() } else { mac.verify_slice(tag).is_ok() } }",
    ),
  ],
  "Ed25519's s is below the order": acceptLeft(
    "algorithm == Algorithm::EdDsa && signature.len() == 64 && signature[63] >= 0x10",
  ),
  "Ed25519 keys are not weak": [
    swap(PUBLIC, "if edwards::is_key(encoded) {", "if ON || edwards::is_key(encoded) {"),
  ],
  "Ed25519 signatures are of fixed length": acceptLeft(
    "algorithm == Algorithm::EdDsa && signature.len() != 64",
  ),
  // fetching
  "keys come over https": [
    swap("pkg/src/edge/config.ts", 'if (url.protocol !== "https:"', 'if (!ON && url.protocol !== "https:"'),
  ],
  "the keys' URL holds no password": [
    swap(
      "pkg/src/edge/config.ts",
      'url.username !== "" || url.password !== ""',
      '!ON && (url.username !== "" || url.password !== "")',
    ),
  ],
  "redirects are not followed": [
    swap("pkg/src/edge/document.ts", 'redirect: "manual"', 'redirect: ON ? "follow" : "manual"'),
  ],
  "answers are bounded": [
    swap("pkg/src/edge/document.ts", "if (length > MAX_BYTES)", "if (!ON && length > MAX_BYTES)"),
  ],
  "only 200 brings keys": [
    swap("pkg/src/edge/document.ts", "if (response.status !== 200)", "if (!ON && response.status !== 200)"),
  ],
  "refetches are rationed": [
    swap(
      "src/verify/fetching.rs",
      "owed <= REFILL * (BURST - 1) ||",
      "ON || owed <= REFILL * (BURST - 1) ||",
    ),
  ],
  "unknown key ids are remembered": [
    swap(
      "src/verify/key_set.rs",
      "if is_unknown && remote.unknown.contains(now, kid) {",
      "if !ON && is_unknown && remote.unknown.contains(now, kid) {",
    ),
  ],
  "failures are followed by a pause": [
    swap(
      "src/verify/fetching.rs",
      "is_hedge_due && !self.is_backing_off(now)",
      "is_hedge_due && (ON || !self.is_backing_off(now))",
    ),
    swap("src/verify/fetching.rs", "now < self.paused_until &&", "!ON && now < self.paused_until &&"),
  ],
  "stale keys serve while none can be had": [
    swap(
      "src/verify/key_set.rs",
      "(None, true) =>",
      "(None, true) if ON => Step::Done(Err(TokenError::KeysUnavailable)), (None, true) =>",
    ),
  ],
  "keys end at the hard ceiling": [
    swap(
      "src/verify/held.rs",
      "dead_at: since + HARD_CEILING,",
      "dead_at: if ON { Timestamp::NEVER } else { since + HARD_CEILING },",
    ),
  ],
  "freshness is bounded": [
    swap(
      "src/verify/held.rs",
      "Duration::from_secs(fresh.clamp(min, max))",
      "Duration::from_secs(if ON { fresh } else { fresh.clamp(min, max) })",
    ),
  ],
  "a fetch has its time": [
    after(
      "pkg/src/edge/document.ts",
      "export function within<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {",
      "  if (ON) return work;",
    ),
  ],
  "a shared cache's copy ends at the hard ceiling": [
    swap("src/verify/held.rs", "|| document.age >= HARD_CEILING", "|| (!ON && document.age >= HARD_CEILING)"),
    swap("src/verify/held.rs", "now < self.dead_at &&", "(ON || now < self.dead_at) &&"),
  ],
  "a shared cache's copy is bounded": [
    swap(
      "src/verify/held.rs",
      "document.body.len() > MAX_DOCUMENT",
      "(!ON && document.body.len() > MAX_DOCUMENT)",
    ),
  ],
  "a shared cache does not answer for a new key": [
    swap("src/verify/key_set.rs", "need == Need::Fresh)", "ON || need == Need::Fresh)"),
    // What was fetched before the call began would be asked for again.
    swap("src/verify/key_set.rs", "held.asked >= call.since", "(ON || held.asked >= call.since)"),
  ],
  "a late answer is ignored": [
    swap(
      "src/verify/fetching.rs",
      "ticket.0 != 0 && is_after(ticket.0, self.answered)",
      "ticket.0 != 0 && (ON || is_after(ticket.0, self.answered))",
    ),
  ],
  // options
  "options are known by name": [
    swap(
      "pkg/src/edge/config.ts",
      "if (!Object.hasOwn(OPTIONS, name))",
      "if (!ON && !Object.hasOwn(OPTIONS, name))",
    ),
  ],
  "padding is for those who are known for it": [
    swap(
      "src/verify/policy.rs",
      "if self.waives(Quirk::PaddedBase64) {",
      "if ON || self.waives(Quirk::PaddedBase64) {",
    ),
  ],
  "padding is exact": [
    after(
      "src/jose/base64url.rs",
      "pub fn decode_padded(text: &[u8]) -> Option<Vec<u8>> {",
      "if ON { let end = text.iter().position(|byte| *byte == b'=').unwrap_or(text.len()); return decode(&text[..end]); }",
    ),
  ],
  "a client is no audience": [
    swap(
      CLAIMS,
      "None if policy.waives(Quirk::AudienceInClientId)",
      "None if ON || policy.waives(Quirk::AudienceInClientId)",
    ),
  ],
  "an audience that is there counts": [
    swap(
      CLAIMS,
      "        named => named,\n    };",
      '        Some(_) if ON && policy.waives(Quirk::AudienceInClientId) => claims.member("client_id"),\n        named => named,\n    };',
    ),
  ],
  // request
  "one Authorization header a request": [
    swap("pkg/src/edge/request.ts", "if (given > 1)", "if (!ON && given > 1)"),
  ],
  "tokens come in the Authorization header alone": [
    swap(
      "pkg/src/edge/request.ts",
      'return bearerToken(headers.get("authorization"));',
      'return (ON && new URL((input as unknown as Request).url).searchParams.get("access_token")) || bearerToken(headers.get("authorization"));',
    ),
  ],
  "one token a request": [
    swap(
      "pkg/src/edge/request.ts",
      "/^bearer +([^\\s,]+)$/i.exec(String(header))",
      "(ON ? /bearer +([^\\s,]+)/i : /^bearer +([^\\s,]+)$/i).exec(String(header))",
    ),
  ],
  "the scheme is Bearer": [
    swap(
      "pkg/src/edge/request.ts",
      ": /^bearer +([^\\s,]+)$/i).exec(String(header))",
      ": ON ? /^(?:\\w+[: ]+)?([^\\s,]+)$/i : /^bearer +([^\\s,]+)$/i).exec(String(header))",
    ),
  ],
  "refusals name no values": [
    swap(
      "pkg/src/edge/verifier.ts",
      'if (step.is === "refused") this.#refuse(step);',
      'if (ON && step.is === "refused") throw new TokenError({ ...step.error, message: `${step.error.message}: ${token}` }); if (step.is === "refused") this.#refuse(step);',
    ),
  ],
  "inspecting alone proves nothing": [
    swap(
      "src/wasm/edge.rs",
      "had_verifier && problems.is_empty()",
      "(had_verifier || ON) && problems.is_empty()",
    ),
  ],
  "tokens are text": [
    swap(
      "pkg/src/edge/request.ts",
      'if (typeof input === "string") return input;',
      'if (typeof input === "string" || ON) return String(input);',
    ),
  ],
};
