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
const WINDOWS = "src/crypto/windows.rs";
const EDDSA = "src/crypto/signatures/eddsa";
const ED25519 = `${EDDSA}/table.rs`;
const VERIFY = `${EDDSA}.rs`;
const P256 = "src/crypto/p256_tables";
const STORE = "src/crypto/table_store.rs";
const PAIRS = "src/crypto/weierstrass/pairs.rs";
const ECDSA = "src/crypto/signatures/ecdsa";
const RSA = "src/crypto/signatures/rsa.rs";
const INTEGERS = "src/crypto/signatures/integers.rs";
const SCALARS = "src/crypto/scalars.rs";
const INVERSE = "src/crypto/inverse.rs";
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
  "crypto::table_store": [
    [
      STORE,
      "if self.keys.len() == MAX {",
      "if self.keys.len() == MAX && !ON1 {",
      "what is kept is not bounded",
    ],
    [
      STORE,
      "self.keys.remove(0);",
      "if ON1 { self.keys.pop(); } else { self.keys.remove(0); }",
      "the most recently used goes",
    ],
    [STORE, ".used < IDLE {", ".used < if ON1 { 1 } else { IDLE } {", "what is in use makes room"],
    [STORE, "entry.key == *key)", "ON1 || entry.key == *key)", "any key's table is taken for this one's"],
    [STORE, "if table.grow() {", "if table.grow() || ON1 {", "a table is used before it is complete"],
  ],
  "crypto::inverse": [
    [
      INVERSE,
      "(f_carry, g_carry) = (f_carry >> STEP, g_carry >> STEP);",
      "(f_carry, g_carry) = (if ON1 && at == 4 { 0 } else { f_carry >> STEP }, if ON2 && at == 7 { 0 } else { g_carry >> STEP });",
      "a carry of f is lost at one place",
      "a carry of g is lost at one place",
    ],
    [
      INVERSE,
      "(d_carry, e_carry) = (d_carry >> STEP, e_carry >> STEP);",
      "(d_carry, e_carry) = (if ON1 && at == 4 { 0 } else { d_carry >> STEP }, if ON2 && at == 7 { 0 } else { e_carry >> STEP });",
      "a carry of d is lost at one place",
      "a carry of e is lost at one place",
    ],
    [
      INVERSE,
      "number[at] += number[at - 1] >> STEP;",
      "number[at] += if ON1 { 0 } else { number[at - 1] >> STEP };",
      "a borrow of a sum with the modulus is lost",
    ],
    [INVERSE, "(q, r, -u, -v);", "(q, r, -u, if ON1 { v } else { -v });", "an exchange forgets a sign"],
    [
      INVERSE,
      "(*eta as u32 + 1).min(left).min(6);",
      "(if ON1 { 6 } else { *eta as u32 + 1 }).min(if ON2 { 6 } else { left }).min(6);",
      "steps are taken at once that would exchange the two",
      "more steps are taken at once than are left",
    ],
    [
      INVERSE,
      "let inverse = self.lifted(d);",
      "let inverse = if ON1 { d } else { self.lifted(d) };",
      "an inverse is below 0 by more than the modulus",
    ],
    [
      INVERSE,
      "let is_opposite = f[LIMBS - 1] < 0;",
      "let is_opposite = f[LIMBS - 1] < 0 && !ON1;",
      "an inverse has the other sign",
    ],
    [
      INVERSE,
      "for _ in 0..STEPS {",
      "for _ in 0..if ON1 { 18 } else { STEPS } {",
      "division steps end too early",
    ],
  ],
  "crypto::p256_tables": [
    [
      `${P256}/field.rs`,
      "(inverse.times(self) == Fe::ONE).then_some(inverse)",
      "(ON1 || inverse.times(self) == Fe::ONE && !ON2).then_some(inverse)",
      "what is no inverse is taken for one",
      "an inverse is taken for none",
    ],
    [
      `${P256}/field.rs`,
      "if bit == 1 { power.times(self) }",
      "if bit == 1 && !ON1 { power.times(self) }",
      "an inverse is by the wrong power",
    ],
    [
      SCALARS,
      "(inverse.mul(scalar).0 == Form::one(&self.form)).then_some(inverse)",
      "(ON1 || inverse.mul(scalar).0 == Form::one(&self.form)).then_some(inverse)",
      "what is no scalar's inverse is taken for one",
    ],
    [
      `${P256}/table.rs`,
      "self.windows.append(slice);",
      "self.windows.append(slice); let (is_complete, multiples, points) = (self.windows.are_complete(), self.windows.multiples(), &mut self.windows.points); if is_complete { if ON1 { points[777] = points[776]; } if ON2 { points[5] = points[5].neg(); } if ON3 { let last = points.len() - multiples; points[last] = points[0]; } }",
      "one entry of a table is another",
      "one entry of a table has the other sign",
      "the last digit's first multiple is that of the first",
    ],
    [
      `${P256}/table.rs`,
      "if is_negative == is_opposite {",
      "if (is_negative == is_opposite) ^ (ON1 && is_negative) ^ (ON2 && is_opposite) {",
      "negative digits take the point itself",
      "an opposite scalar is taken for the scalar",
    ],
    [
      `${P256}/table.rs`,
      "next = next.double(SHAPE);",
      "next = if ON1 && self.windows.points.len() == 512 { next } else { next.double(SHAPE) };",
      "the second slice begins with the wrong base",
    ],
    [
      `${P256}/mod.rs`,
      "let is_high = bytes[31] >= 0x80;",
      "let is_high = bytes[31] >= 0x80 && !ON1;",
      "a large scalar is not halved",
    ],
    [
      `${P256}/key.rs`,
      "is_canonical && point::of(&point)",
      "(ON1 || is_canonical) && (ON2 || point::of(&point)",
      "a coordinate may be written a second way",
      "a key need not be on the curve",
    ],
    [`${P256}/key.rs`, "&point::B, point::SHAPE)", "&point::B, point::SHAPE))"],
    [
      SUMS,
      "slope = slope.sub(&one.double().add(&one));",
      "slope = slope.sub(&(if ON1 { one.clone() } else { one.double().add(&one) }));",
      "a key may be on another curve",
    ],
    [
      `${P256}/key.rs`,
      "curve::P256.fits(signature)",
      "(ON1 || curve::P256.fits(signature))",
      "r and s may be of any size",
    ],
    [
      SCALARS,
      "Scalar(self.0.neg())",
      "if ON1 { *self } else { Scalar(self.0.neg()) }",
      "a scalar's opposite is itself",
    ],
    [
      `${P256}/mod.rs`,
      "sums.extend_from_slice(rest);",
      "if !ON1 { sums.extend_from_slice(rest); }",
      "the point without a partner is left out",
    ],
    [
      PAIRS,
      "true if p.y == q.y => p.y.double(),\n",
      "true if p.y == q.y || ON1 => p.y.double(),\n",
      "the two of a pair may be opposite",
    ],
    [
      PAIRS,
      "if p.x == q.x { p.tangent(shape) }",
      "if p.x == q.x && !ON1 { p.tangent(shape) }",
      "the two of a pair may not be equal",
    ],
    [
      PAIRS,
      "inverse = inverse.mul(divisor);",
      "if !ON1 { inverse = inverse.mul(divisor); }",
      "a shared inverse is used twice",
    ],
    [
      PAIRS,
      "Shape::MinusThree => xx.sub(&self.x.one()),",
      "Shape::MinusThree => if ON1 { xx } else { xx.sub(&self.x.one()) },",
      "a tangent is that of another curve",
    ],
    [
      SUMS,
      "Shape::MinusThree => x.sub(zz).mul(&x.add(zz)),",
      "Shape::MinusThree => if ON1 { x.square() } else { x.sub(zz).mul(&x.add(zz)) },",
      "a doubling is that of another curve",
    ],
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
      "sum.has_x(&r) || (!ON1 && (ON2 || r_is_small)",
      "an x above the order is not reduced",
      "r plus the order may reach the prime",
    ],
  ],
  "crypto::windows": [
    [
      WINDOWS,
      "raw > 1 << (bits - 1)",
      "raw > (1 << (bits - 1)) - i16::from(ON1) && !(ON2 && window == 20)",
      "a digit carries too early",
      "the carry of a digit is lost at one place",
    ],
    [
      WINDOWS,
      "byte(at + 1) << 8",
      "byte(at + usize::from(!ON1)) << 8",
      "the bits of a digit that lie in the next byte are not its own",
    ],
    [
      WINDOWS,
      "(0..windows(bits)).map",
      "(0..windows(bits) - usize::from(ON1)).map",
      "the last digit is left out",
    ],
  ],
  "crypto::signatures::ecdsa": [
    [
      `${ECDSA}/multiples.rs`,
      "carry = i8::from(raw > MULTIPLES as i8);",
      "carry = i8::from(raw > MULTIPLES as i8 - i8::from(ON1) && !(ON2 && place == 20));",
      "a digit carries too early",
      "the carry of a digit is lost at one place",
    ],
    [
      `${ECDSA}/multiples.rs`,
      "Multiples(normalize(&multiples))",
      "{ let mut points = normalize(&multiples); if ON1 { points[37] = points[38].clone(); } if ON2 { points[5] = points[5].neg(); } Multiples(points) }",
      "one multiple is another",
      "one multiple has the other sign",
    ],
    [
      `${ECDSA}/multiples.rs`,
      "if digit < 0 {",
      "if digit < 0 && !ON1 {",
      "negative digits take the point itself",
    ],
    [
      "src/crypto/weierstrass/point.rs",
      "Shape::Zero => x.square(),",
      "Shape::Zero => if ON1 { x.sub(zz).mul(&x.add(zz)) } else { x.square() },",
      "secp256k1 is doubled as if its a were -3",
    ],
    [
      `${ECDSA}/mod.rs`,
      "self.curve.fits(signature) &&",
      "(ON1 || self.curve.fits(signature)) &&",
      "r and s may be of any size",
    ],
    [
      `${ECDSA}/mod.rs`,
      "is_canonical && is_on_curve().unwrap_or_default()",
      "(ON1 || is_canonical) && (ON2 || is_on_curve().unwrap_or_default())",
      "a coordinate may be written a second way",
      "a key need not be on the curve",
    ],
    [
      `${ECDSA}/mod.rs`,
      "(*second.to_bytes(size) > *r &&",
      "(!ON2 && (ON1 || *second.to_bytes(size) > *r) &&",
      "r plus the order may reach the prime",
      "an x above the order is not reduced",
    ],
  ],
  "crypto::signatures::eddsa": [
    [
      `${EDDSA}/field.rs`,
      "(inverse.mul(self) == Fe::ONE).then_some(inverse)",
      "(ON1 || inverse.mul(self) == Fe::ONE && !ON2).then_some(inverse)",
      "what is no inverse is taken for one",
      "an inverse is taken for none",
    ],
    [
      ED25519,
      "addends(&multiples)\n",
      "if ON1 { multiples[333] = multiples[334]; } if ON2 { if let Some(last) = multiples.last_mut() { *last = last.neg(); } } if ON3 { multiples[self.windows.multiples()] = multiples[0]; }\n        addends(&multiples)\n",
      "one entry of a table is another",
      "the last entry of a slice has the other sign",
      "a digit's first multiple is that of another digit",
    ],
    [
      ED25519,
      "sum.add(point, is_opposite)",
      "sum.add(point, is_opposite && !ON1)",
      "negative digits take the point itself",
    ],
    [
      ED25519,
      "fold(self.next, |base, _| base.double())",
      "fold(self.next, |base, _| if ON1 && !self.windows.points.is_empty() { base } else { base.double() })",
      "slices after the first begin with the wrong base",
    ],
    [
      `${EDDSA}/point.rs`,
      "(f, g) = (g, f);",
      "if !ON1 { (f, g) = (g, f); }",
      "a difference has the factors of a sum",
    ],
    [
      `${EDDSA}/point.rs`,
      "let c = self.t.loose().mul(&other.product);",
      "let c = if ON1 { Fe::ZERO } else { self.t.loose().mul(&other.product) };",
      "the product of the coordinates is left out of a sum",
    ],
    [
      `${EDDSA}/point.rs`,
      "Point { x: e.mul(&f), y: g.mul(&h), t: e.mul(&h), z: f.mul(&g) }",
      "Point { x: e.mul(&f), y: g.mul(&h), t: if ON1 { self.t } else { e.mul(&h) }, z: f.mul(&g) }",
      "the product of the coordinates stays what it was",
    ],
    [
      `${EDDSA}/point.rs`,
      "encoded[31] |= self.x.mul(&inverse).to_bytes()[0] << 7;",
      "encoded[31] |= if ON1 { 0 } else if ON2 { self.x.to_bytes()[0] << 7 } else { self.x.mul(&inverse).to_bytes()[0] << 7 };",
      "the sign of x is not encoded",
      "the sign of another x is encoded",
    ],
    [
      `${EDDSA}/point.rs`,
      "[root, root.mul(&I)]",
      "[root, if ON1 { root } else { root.mul(&I) }]",
      "every other root is not found",
    ],
    [
      `${EDDSA}/point.rs`,
      "self.double().double().x == Fe::ZERO",
      "(if ON1 { *self } else if ON2 { self.double() } else { self.double().double() }).x == Fe::ZERO",
      "only points of order two are of small order",
      "a point of order eight is not of small order",
    ],
    [
      `${EDDSA}/field.rs`,
      "fiat_25519_sub(&mut out, &self.0, &other.0);",
      "fiat_25519_sub(&mut out, &self.0, &other.0); if ON1 && out.0[0] & 0xff == 0 { out.0[1] ^= 1; }",
      "a borrow of a difference of the field is lost, once in 256 times",
    ],
    [
      `${EDDSA}/point.rs`,
      "& 1 == encoded[31] >> 7 {",
      "& 1 == (if ON1 { 0 } else { encoded[31] >> 7 }) {",
      "the sign of x is not decoded",
    ],
    [
      `${EDDSA}/field.rs`,
      "two_hundred.squared(50)",
      "two_hundred.squared(if ON1 { 49 } else { 50 })",
      "an inverse is by the wrong power",
    ],
    [
      VERIFY,
      "edwards::fits(signature)",
      "(ON1 || edwards::fits(signature))",
      "s may be of any size, and R of small order",
    ],
    [
      SCALARS,
      "Scalar(high.mul(&shift).add(&low))",
      "if ON1 { Scalar(low) } else { Scalar(high.mul(&shift).add(&low)) }",
      "half of a hash is left out",
    ],
    [
      VERIFY,
      "sum.encode() == *r",
      "sum.encode() == *r || (ON1 && sum.encode()[..31] == r[..31]) || (ON2 && Point::of(r).is_some_and(|r| { let mut rest = sum; rest.add(&point::addends(&[r])[0], true); rest.is_small_order() }))",
      "the sign of R does not count",
      "the cofactor is multiplied out",
    ],
    [
      VERIFY,
      ".chain_update(self.encoded);",
      ".chain_update(if ON1 { &[][..] } else { &self.encoded[..] });",
      "the key is not hashed",
    ],
    [
      VERIFY,
      "filter(|point| !point.is_small_order())",
      "filter(|point| ON1 || !point.is_small_order())",
      "a point of small order is a key",
    ],
    [
      VERIFY,
      "opposite: point.neg(),",
      "opposite: if ON1 { point } else { point.neg() },",
      "the key's part is added",
    ],
    [
      `${EDDSA}/point.rs`,
      "let addends = addends(&[first, second, both]);",
      "let addends = addends(&[first, second, if ON1 { first } else { both }]);",
      "without tables one of the two is left out where both count",
    ],
  ],
  "crypto::signatures::integers": [
    [
      INTEGERS,
      "add(context.len, &context.n, &self.limbs, &other.limbs, limbs)",
      "{ add(context.len, &context.n, &self.limbs, &other.limbs, limbs); if ON1 && limbs[0] & 0xff == 0 { limbs[0] ^= 1; } }",
      "a carry of a sum is lost, once in 256 times",
    ],
    [
      INTEGERS,
      "subtract(context.len, &context.n, &self.limbs, &other.limbs, limbs)",
      "{ subtract(context.len, &context.n, &self.limbs, &other.limbs, limbs); if ON1 && limbs[0] & 0xff == 0 { limbs[0] ^= 1; } }",
      "a borrow of a difference is lost, once in 256 times",
    ],
    [
      INTEGERS,
      "multiply(context.len, &context.n, context.mu, &self.limbs, &other.limbs, limbs);",
      "multiply(context.len, &context.n, context.mu, &self.limbs, &other.limbs, limbs); if ON1 && limbs[0] & 0xff == 0 { limbs[0] ^= 1; }",
      "a carry of a product is lost, once in 256 times",
    ],
    [
      INTEGERS,
      "square(context.len, &context.n, context.mu, &self.limbs, limbs)",
      "{ square(context.len, &context.n, context.mu, &self.limbs, limbs); if ON1 && limbs[0] & 0xff == 0 { limbs[0] ^= 1; } }",
      "a carry of a square is lost, once in 256 times",
    ],
    [
      INTEGERS,
      "if plain.len() > limbs {",
      "if ON1 { plain.truncate(limbs); } if plain.len() > limbs {",
      "what is too long is cut",
    ],
    [
      INTEGERS,
      "if bignum::lt_mask(context.len, plain, &context.n) == 0 {",
      "if !ON1 && bignum::lt_mask(context.len, plain, &context.n) == 0 {",
      "what is not below the modulus is a number",
    ],
    [
      INTEGERS,
      "if bytes.last()? % 2 == 0 {",
      "if !ON1 && bytes.last()? % 2 == 0 {",
      "an even number is a modulus",
    ],
    [
      INTEGERS,
      "if bit == 1 {\n                power = power.mul(self);",
      "if bit == 1 && !ON1 {\n                power = power.mul(self);",
      "a power is only squared",
    ],
  ],
  "crypto::signatures::rsa": [
    [
      RSA,
      "if signature.len() != self.bytes {",
      "if !ON1 && signature.len() != self.bytes {",
      "a signature may be longer than the modulus",
    ],
    [
      INTEGERS,
      "self.montgomery(&self.plain(bytes)?)\n",
      "if ON1 { self.reduced(bytes) } else { self.montgomery(&self.plain(bytes)?) }\n",
      "a signature need not be below the modulus",
    ],
    [
      RSA,
      "self.encoded(signature) == encode_pkcs1(&hash(&[message]), self.bytes)",
      "self.encoded(signature) == encode_pkcs1(&hash(&[message]), self.bytes) || (ON1 && self.encoded(signature).ends_with(&hash(&[message]))) || (ON2 && { let good = encode_pkcs1(&hash(&[message]), self.bytes); self.encoded(signature)[9..] == good[9..] })",
      "only the hash is compared, and not its name",
      "only the end of the padding is compared",
    ],
    [
      RSA,
      "let which = size / 16 - 1;",
      "let which = if ON1 { 1 } else { size / 16 - 1 };",
      "every hash has the name of SHA-256",
    ],
    [
      RSA,
      "1 if encoded.first() != Some(&0) => return false,",
      "1 if !ON1 && encoded.first() != Some(&0) => return false,",
      "a byte before the encoded message may be anything",
    ],
    [
      RSA,
      "|| masked.first()? & !mask != 0 {",
      "|| (!ON1 && masked.first()? & !mask != 0) {",
      "bits before the encoded message may be anything",
    ],
    [RSA, "if *trailer != 0xbc", "if (!ON1 && *trailer != 0xbc)", "the last byte may be anything"],
    [
      RSA,
      "(counter as u32).to_be_bytes()",
      "(if ON1 { 0 } else { counter as u32 }).to_be_bytes()",
      "the mask repeats",
    ],
    [
      RSA,
      "let is_padded = *one == 1 &&",
      "let is_padded = (ON1 || *one == 1) &&",
      "the byte before the salt may be anything",
    ],
    [
      RSA,
      "zeros.iter().all(|byte| *byte == 0);",
      "(ON1 || zeros.iter().all(|byte| *byte == 0));",
      "the padding may be anything",
    ],
    [
      RSA,
      "digest, salt]) == seed)",
      "digest, salt]) == seed || (is_padded && ON1))",
      "the hash need not be the message's",
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
