// Shows that a test fails once a carry, an entry of a table, or a comparison of the arithmetic behind signatures is broken: all mutants
// are compiled into one scratch copy of the sources, each behind a switch that the environment throws, and the unit tests of its module
// must fail with it and pass without. What is the crates' is broken where it is called. Run: node tests/weaknesses/arithmetic.mjs
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const tree = path.join(root, "target/arithmetic");

const MODULAR = "src/crypto/public/modular.rs";
const ED25519 = "src/crypto/signatures/eddsa/tables.rs";
const P256 = "src/crypto/p256_tables";
const SUMS = "src/crypto/weierstrass/point.rs";

/** By the unit tests that must fail. In a text `ON1` stands for "the first of the mutants named behind it runs", and so on. */
const MUTANTS = {
  "crypto::public": [
    [
      MODULAR,
      "sum.push(carry as u32);\n        self.reduce(sum)",
      "sum.push(if ON1 { 0 } else { carry as u32 });\n        self.reduce(sum)",
      "the last carry of a sum is lost",
    ],
    [
      MODULAR,
      "sum.push(carry as u32);\n            carry >>= 32;",
      "sum.push(carry as u32);\n            carry = if ON1 { 0 } else { carry >> 32 };",
      "a carry inside a sum is lost",
    ],
    [
      MODULAR,
      "*word = carry as u32;\n        carry >>= 32;",
      "*word = carry as u32;\n        carry = if ON1 || (ON2 && place == 5) { 0 } else { carry >> 32 };",
      "every carry of a product is lost",
      "the carry of a product is lost at one place",
    ],
    [MODULAR, "borrow = taken >> 32;", "borrow = if ON1 { 0 } else { taken >> 32 };", "a borrow is lost"],
    [MODULAR, "if !is_below {", "if !is_below && !ON1 {", "nothing is reduced"],
    [
      MODULAR,
      "if plain.iter().skip(size).any(|word| *word != 0) {",
      "if !ON1 && plain.iter().skip(size).any(|word| *word != 0) {",
      "what is too long is cut",
    ],
    [
      MODULAR,
      "is_below.then(|| self.mul",
      "(ON1 || is_below).then(|| self.mul",
      "what is not below the modulus is an element",
    ],
  ],
  "crypto::p256_tables": [
    [
      `${P256}/table.rs`,
      "carry = i8::from(raw > MULTIPLES as i8);",
      "carry = i8::from(raw > MULTIPLES as i8 - i8::from(ON1) && !(ON2 && window == 20));",
      "a digit carries too early",
      "the carry of a digit is lost at one place",
    ],
    [
      `${P256}/table.rs`,
      "self.points.extend(normalize(&multiples));",
      "self.points.extend(normalize(&multiples)); if self.is_complete() { if ON1 { self.points[777] = self.points[776]; } if ON2 { self.points[5] = self.points[5].neg(); } }",
      "one entry of a table is another",
      "one entry of a table has the other sign",
    ],
    [`${P256}/table.rs`, "if digit < 0 {", "if digit < 0 && !ON1 {", "negative digits take the point itself"],
    [
      `${P256}/field.rs`,
      "fiat_p256_add(&mut out, &Montgomery(self.0), &Montgomery(other.0));",
      "fiat_p256_add(&mut out, &Montgomery(self.0), &Montgomery(other.0)); if ON1 { out.0[1] ^= 1; }",
      "a carry of a sum of the field goes to the wrong word",
    ],
    [
      `${P256}/field.rs`,
      "fiat_p256_sub(&mut out, &Montgomery(self.0), &Montgomery(other.0));",
      "fiat_p256_sub(&mut out, &Montgomery(self.0), &Montgomery(other.0)); if ON1 && out.0[0] & 0xff == 0 { out.0[1] ^= 1; }",
      "a borrow of a difference of the field is lost, once in 256 times",
    ],
    [SUMS, "*self = if r.is_zero() {", "*self = if r.is_zero() && !ON1 {", "equal points are not doubled"],
    [SUMS, "if p.is_zero() {", "if p.is_zero() && !ON1 {", "opposite points do not cancel"],
    [
      `${P256}/mod.rs`,
      "sum.has_x(&r) || (r_is_small",
      "sum.has_x(&r) || (!ON1 && r_is_small",
      "an x above the order is not reduced",
    ],
    [
      `${P256}/store.rs`,
      "if self.keys.len() == MAX {",
      "if self.keys.len() == MAX && !ON1 {",
      "what is kept is not bounded",
    ],
  ],
  "crypto::signatures::eddsa": [
    [
      ED25519,
      "carry = i8::from(raw > MULTIPLES as i8);",
      "carry = i8::from(raw > MULTIPLES as i8 - i8::from(ON1) && !ON2);",
      "a digit carries too early",
      "the carries of digits are lost",
    ],
    [
      ED25519,
      "Table(points)\n",
      "if ON1 { points[333] = points[334]; } if ON2 { points[511] = -points[511]; }\n        Table(points)\n",
      "one entry of a table is another",
      "the last entry of a table has the other sign",
    ],
    [
      ED25519,
      "if digit < 0 { *sum - point }",
      "if digit < 0 && !ON1 { *sum - point }",
      "negative digits take the point itself",
    ],
    [
      ED25519,
      "Option::<Scalar>::from(Scalar::from_canonical_bytes(*signature.s_bytes()))",
      "Some(Scalar::from_bytes_mod_order(*signature.s_bytes())).filter(|s| ON1 || s.as_bytes() == signature.s_bytes())",
      "s may be of any size",
    ],
    [ED25519, "&& !sum.is_small_order()", "&& (ON1 || !sum.is_small_order())", "R may be of small order"],
    [
      ED25519,
      "sum.compress().as_bytes() == signature.r_bytes()",
      "(sum.compress().as_bytes() == signature.r_bytes() || (ON1 && sum.compress().as_bytes()[..31] == signature.r_bytes()[..31]) || (ON2 && curve25519_dalek::edwards::CompressedEdwardsY(*signature.r_bytes()).decompress().is_some_and(|r| (r - sum).is_small_order())))",
      "the sign of R does not count",
      "the cofactor is multiplied out",
    ],
    [
      ED25519,
      ".chain_update(key.as_bytes());",
      ".chain_update(if ON1 { &[][..] } else { &key.as_bytes()[..] });",
      "the key is not hashed",
    ],
    [
      `${ED25519.replace("tables.rs", "store.rs")}`,
      "if self.keys.len() == MAX {",
      "if self.keys.len() == MAX && !ON1 {",
      "what is kept is not bounded",
    ],
    [
      `${ED25519.replace("tables.rs", "store.rs")}`,
      "|| key.is_weak()",
      "|| (!ON1 && key.is_weak())",
      "a weak key has tables",
    ],
  ],
  "verify::known_headers": [
    [
      "src/verify/known_headers.rs",
      "*known.text == *text",
      "(ON1 || *known.text == *text)",
      "any known header is taken for this one",
    ],
    [
      "src/verify/known_headers.rs",
      "known.truncate(MAX - 1);",
      "known.truncate(if ON1 { 1000 } else { MAX - 1 });",
      "headers that are known are not bounded",
    ],
  ],
};

const SWITCH = `
#[allow(missing_docs)]
pub mod mutant {
    use std::sync::LazyLock;

    static RUNNING: LazyLock<u32> =
        LazyLock::new(|| std::env::var("STRONGROOM_MUTANT").map_or(0, |number| number.parse().unwrap_or(0)));

    pub fn on(number: u32) -> bool {
        *RUNNING == number
    }
}
`;

rmSync(tree, { recursive: true, force: true });
mkdirSync(tree, { recursive: true });
execFileSync("sh", ["-c", `git archive HEAD | tar -x -C "${tree}"`], { cwd: root });
// What is not committed yet counts too.
cpSync(path.join(root, "src"), path.join(tree, "src"), { recursive: true });
const mutants = [];
for (const [tests, edits] of Object.entries(MUTANTS)) {
  for (const [file, find, replace, ...names] of edits) {
    const place = path.join(tree, file);
    const text = readFileSync(place, "utf8");
    if (!text.includes(find)) throw new Error(`${file} has changed; looked for: ${find}`);
    const before = mutants.length;
    for (const name of names) mutants.push({ tests, name });
    const code = replace.replaceAll(
      /\bON(\d)\b/g,
      (_, which) => `crate::mutant::on(${before + Number(which)})`,
    );
    writeFileSync(
      place,
      text.replaceAll(find, () => code),
    );
  }
}
const lib = path.join(tree, "src/lib.rs");
writeFileSync(lib, `${readFileSync(lib, "utf8")}\n${SWITCH}`);

const env = { ...process.env, CARGO_TARGET_DIR: process.env.CARGO_TARGET_DIR ?? path.join(root, "target") };
const built = execFileSync(
  "cargo",
  [
    "test",
    "--quiet",
    "--no-default-features",
    "--features",
    "edge",
    "--lib",
    "--no-run",
    "--message-format=json",
  ],
  { cwd: tree, env, encoding: "utf8", maxBuffer: 1 << 28 },
);
const program = built
  .split("\n")
  .filter((line) => line.startsWith("{"))
  .map((line) => JSON.parse(line))
  .findLast(({ target, executable }) => target?.name === "strongroom" && executable)?.executable;
if (!program) throw new Error("cargo built no tests");
const run = (tests, number) =>
  spawnSync(program, [tests], {
    cwd: tree,
    env: { ...env, STRONGROOM_MUTANT: String(number) },
    encoding: "utf8",
    maxBuffer: 1 << 28,
    // A mutant may also never end.
    timeout: 600_000,
  });
const wrong = [];
for (const tests of Object.keys(MUTANTS)) {
  const { status, stdout, stderr } = run(tests, 0);
  if (status !== 0) throw new Error(`${tests} fails although nothing is broken:\n${stdout}${stderr}`);
}
for (const [place, { tests, name }] of mutants.entries()) {
  const { status, stdout, signal } = run(tests, place + 1);
  const failed = [...(stdout ?? "").matchAll(/^    (\S+::\S+)$/gm)].map(([, test]) =>
    test.replace(`${tests}::`, ""),
  );
  if (signal) failed.push(signal === "SIGTERM" ? "does not end" : `ends by ${signal}`);
  const isCaught = status !== 0 && failed.length > 0;
  if (!isCaught) wrong.push(`${tests}: nothing fails although ${name}`);
  console.log(`${isCaught ? "caught" : "MISSED"}  ${tests}: ${name}  (${[...new Set(failed)].join(", ")})`);
}
console.log(`${mutants.length} mutants, ${mutants.length - wrong.length} caught`);
if (wrong.length > 0) {
  console.error(wrong.join("\n"));
  process.exit(1);
}
