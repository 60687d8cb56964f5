//! Everything here must be what the `rsa` crate says.

use super::*;
use ::rsa::traits::{PrivateKeyParts, PublicKeyParts};
use ::rsa::{BoxedUint, RsaPrivateKey, RsaPublicKey, pkcs1v15, pss};
use crypto_bigint::modular::BoxedMontyForm;
use p256::ecdsa::signature::Verifier;
use sha2::digest::FixedOutputReset;
use sha2::digest::const_oid::AssociatedOid;
use sha2::{Sha256, Sha384, Sha512};
use std::sync::LazyLock;

/// A key of ours, and the same of the crate's.
struct Pair(RsaKey, RsaPrivateKey);

fn pair(p: &str, q: &str) -> Pair {
    let number = |digits: &str| {
        let digits = format!("{digits:0>272}");
        let byte = |at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap();
        BoxedUint::from_be_slice_vartime(&(0..digits.len()).step_by(2).map(byte).collect::<Vec<_>>())
    };
    let private = RsaPrivateKey::from_p_q(number(p), number(q), BoxedUint::from(65_537u32)).unwrap();
    Pair(RsaKey::of(&private.n_bytes(), &private.e_bytes()).unwrap(), private)
}

/// Moduli of 2048, 2049 and 2050 bits: of its first byte PSS has all bits but one, none at all, and one.
static PAIRS: LazyLock<[Pair; 3]> = LazyLock::new(|| {
    [
        pair(
            "d84a41a30c312005f67d3c751f354f4a79c4e5b307a0892472cc1e819aa0bfdda86e0343dd0409e3a53b\
             1e7a2aad81f173009f48180e689cb6021cbaf11a69f941d414d5ca1a069d3a20e85a75c0524277f96564\
             b30cf6cbc403211f013352f8f881e361ec000da230daf6a95f2ba4985561fe1a2831c0c35e05755ef51f\
             136f",
            "cdea485faead7718751a017b87b2717c746fb2c5623a7a4223be96dd9f4d6e71a342de54d5452d288ee2\
             89bfd0506a71656d7939da830700a733a6ffa6282ca2dac5e2eb8501a07e2db18ef16ed2a1263b1580da\
             b54cccc9af7cc8d68d093d59a9dc8de94191caf4eabc45553cb8000bbf2552dca3358aa40c2123b6315d\
             065f",
        ),
        pair(
            "d86cc0ac0e824a5898fe9546d67d3354b6320b36e8edf2148503c9b90bf3f398849007cfabd287e26a65\
             965f2620c32b23d72bd1f0566a71d67322606ea1f94975bf04213a24ace69816768fa606cf4e459848a2\
             e4aeba862234fd7738111cdfc536007ca45ecd22d15240788265e86974342b09a72abda317a5841c438a\
             1493",
            "17cae5a3c7f9ef6927c0791919e47a5b6890bfff21d54213aec625fb6be0c3bfa7dedceabe9a9336ba01\
             ff6e83de1ae325af45d2a39fe567542abba46af735be408ed2e0067d9114008bc041d544a69257511d5e\
             64ac5d7f211fb816215a7ded2dca2bd78c3877252c696d572a69aa54d8a4fdd020f83f9a1bf9b69c5a70\
             21b6f",
        ),
        pair(
            "1dcbbb5f557b5c9e2ee848b0ce08e2199d0ecb245131b4a3c7612441d3da9941f4238831ec6e8e6ce86b\
             8fe0e4139dd795a57edc50f94ef67eaa172e7e27cf36afb81ee6f7049cc143237be3dfee0c99156e6f9e\
             358ae41decdeb6db4e4cd55d272a770017a3d62e0231a493781eb0d859dc39de923effff13c0a8bc1814\
             3f5a3",
            "1de49256637231d85e7ac1a21579cc93c1bcbc86228b7d1b4dbcb6929cd29eaa63e5a49190978fd8292a\
             97a5a766e9167cf8a77c7ee77b30d7f3642597f4c2e69c7171d3de44f049fb5e19375072ac3262799cd9\
             eadd12639bb5ffc692b9c145eb6c634ba07278f66623d86f6500c8ed74265db5503dca0ed5587d0c21ff\
             09ccb",
        ),
    ]
});

impl Pair {
    /// Of any encoded message below the modulus, good or bad.
    fn sign(&self, encoded: &[u8]) -> Vec<u8> {
        let params = self.1.n_params();
        let number = BoxedUint::from_be_slice(encoded, params.bits_precision()).unwrap();
        let bytes = BoxedMontyForm::new(number, params).pow(self.1.d()).retrieve().to_be_bytes();
        let (zeros, signature) = bytes.split_at(bytes.len() - self.0.bytes);
        assert!(zeros.iter().all(|byte| *byte == 0));
        signature.to_vec()
    }

    /// As the crate does, which must agree.
    fn verify_pkcs1<D: Digest + AssociatedOid>(&self, message: &[u8], signature: &[u8]) -> bool {
        let reference = pkcs1v15::VerifyingKey::<D>::new(RsaPublicKey::from(&self.1));
        let reference = reference.verify(message, &signature.try_into().unwrap()).is_ok();
        assert_eq!(self.0.verify_pkcs1(hash::<D>, message, signature), reference);
        reference
    }

    fn verify_pss<D: Digest + FixedOutputReset>(&self, message: &[u8], signature: &[u8]) -> bool {
        let reference = pss::VerifyingKey::<D>::new(RsaPublicKey::from(&self.1));
        let reference = reference.verify(message, &signature.try_into().unwrap()).is_ok();
        assert_eq!(self.0.verify_pss(hash::<D>, message, signature), reference);
        reference
    }

    /// EMSA-PSS (RFC 8017 §9.1.1), with zeros in front where the encoded message has fewer bytes than the modulus; and how many of
    /// the bits in front must be 0.
    fn encode_pss<D: Digest>(&self, message: &[u8], salt: &[u8]) -> (Vec<u8>, usize) {
        let (bits, digest) = (self.1.n().bits() as usize - 1, D::digest(message));
        let bytes = bits.div_ceil(8);
        let seed = D::new().chain_update([0; 8]).chain_update(digest).chain_update(salt).finalize();
        let mut data = vec![0; bytes - seed.len() - 1 - salt.len() - 1];
        data.push(1);
        data.extend_from_slice(salt);
        let mask = (0..20u32).flat_map(|counter| {
            D::new().chain_update(&seed).chain_update(counter.to_be_bytes()).finalize().to_vec()
        });
        data.iter_mut().zip(mask).for_each(|(byte, mask)| *byte ^= mask);
        data[0] &= 0xff >> (8 * bytes - bits);
        let front = vec![0; self.0.bytes - bytes];
        let encoded = [&front[..], &data, &seed, &[0xbc]].concat();
        (encoded, 8 * self.0.bytes - bits)
    }
}

fn flipped(bytes: &[u8], bit: usize) -> Vec<u8> {
    let mut flipped = bytes.to_vec();
    flipped[bit / 8] ^= 0x80 >> (bit % 8);
    flipped
}

fn check_pkcs1<D: Digest + AssociatedOid>(pair: &Pair) {
    let message = b"message";
    let encoded = encode_pkcs1(&hash::<D>(&[message]), pair.0.bytes);
    let good = pair.sign(&encoded);
    assert!(pair.verify_pkcs1::<D>(message, &good));
    assert!(!pair.verify_pkcs1::<D>(b"another", &good));
    // A bit of each byte: padding, names of the hash and the hash. Of the first only one that keeps it below the modulus.
    for byte in 0..encoded.len() {
        let bit = if byte == 0 { 7 } else { byte % 8 };
        assert!(!pair.verify_pkcs1::<D>(message, &pair.sign(&flipped(&encoded, 8 * byte + bit))), "{byte}");
        assert!(!pair.verify_pkcs1::<D>(message, &flipped(&good, 8 * byte + 7)), "{byte}");
    }
    // Less padding and something behind (Bleichenbacher 2006), no parameters, and the hash with no name.
    let digest = hash::<D>(&[message]);
    let info = &encoded[encoded.len() - 19 - digest.len()..];
    let mut bare = info.to_vec();
    bare.drain(15..17);
    (bare[1], bare[3]) = (bare[1] - 2, bare[3] - 2);
    for (padding, info, behind) in [(8, info, true), (40, info, true), (0, &bare, false), (0, &digest, false)]
    {
        let room = encoded.len() - 3 - info.len();
        let padding = if padding == 0 { room } else { padding };
        let behind = vec![u8::from(behind); room - padding];
        let forged = [&[0, 1], &vec![0xff; padding][..], &[0], info, &behind].concat();
        assert!(!pair.verify_pkcs1::<D>(message, &pair.sign(&forged)));
    }
}

#[test]
fn pkcs1_signatures_are_judged_as_the_reference_does() {
    check_pkcs1::<Sha256>(&PAIRS[0]);
    check_pkcs1::<Sha384>(&PAIRS[1]);
    check_pkcs1::<Sha512>(&PAIRS[2]);
}

fn check_pss<D: Digest + FixedOutputReset>(pair: &Pair) {
    let message = b"message";
    let size = <D as Digest>::output_size();
    let salt = vec![7; size];
    let (encoded, unused) = pair.encode_pss::<D>(message, &salt);
    let good = pair.sign(&encoded);
    assert!(pair.verify_pss::<D>(message, &good));
    assert!(!pair.verify_pss::<D>(b"another", &good));
    // Bits that must be 0, and all bits of what is below the modulus in any case.
    for bit in 0..8 * encoded.len() {
        if (bit > unused && bit % 31 != 0)
            || (bit < unused && flipped(&encoded, bit) >= pair.1.n_bytes().to_vec())
        {
            continue;
        }
        assert!(!pair.verify_pss::<D>(message, &pair.sign(&flipped(&encoded, bit))), "{bit}");
    }
    for byte in 0..good.len() {
        assert!(!pair.verify_pss::<D>(message, &flipped(&good, 8 * byte + 7)), "{byte}");
    }
    // The salt may be anything, of that length.
    for salt in [vec![0; size], vec![0xff; size], vec![1; size]] {
        assert!(pair.verify_pss::<D>(message, &pair.sign(&pair.encode_pss::<D>(message, &salt).0)));
    }
    for length in [0, 1, 20, size - 1, size + 1, 2 * size] {
        assert!(
            !pair.verify_pss::<D>(message, &pair.sign(&pair.encode_pss::<D>(message, &vec![1; length]).0))
        );
    }
}

#[test]
fn pss_signatures_are_judged_as_the_reference_does() {
    for pair in &*PAIRS {
        check_pss::<Sha256>(pair);
        check_pss::<Sha384>(pair);
        check_pss::<Sha512>(pair);
    }
}

#[test]
fn a_signature_has_one_form() {
    let mut tried = 0;
    for pair in &*PAIRS {
        for number in 0..20u8 {
            let message = [number];
            let good = pair.sign(&encode_pkcs1(&hash::<Sha256>(&[&message]), pair.0.bytes));
            let salted = pair.sign(&pair.encode_pss::<Sha256>(&message, &[number; 32]).0);
            assert!(pair.0.verify_pkcs1(hash::<Sha256>, &message, &good));
            assert!(pair.0.verify_pss(hash::<Sha256>, &message, &salted));
            for (signature, is_salted) in [(good, false), (salted, true)] {
                let verify = |bytes: &[u8]| {
                    if is_salted {
                        pair.0.verify_pss(hash::<Sha256>, &message, bytes)
                    } else {
                        pair.0.verify_pkcs1(hash::<Sha256>, &message, bytes)
                    }
                };
                assert!(!verify(&[&[0], &signature[..]].concat()) && !verify(&signature[1..]));
                // Plus the modulus, where that is no longer than the modulus.
                let (mut carry, mut sum) = (0, signature.clone());
                for (byte, n) in sum.iter_mut().zip(pair.1.n_bytes().iter()).rev() {
                    carry += u16::from(*byte) + u16::from(*n);
                    *byte = carry as u8;
                    carry >>= 8;
                }
                if carry == 0 {
                    assert!(!verify(&sum));
                    tried += 1;
                }
            }
        }
    }
    assert!(tried > 9, "{tried}");
}

#[test]
fn what_is_no_key_is_none() {
    let n = PAIRS[0].1.n_bytes();
    let even = flipped(&n, 8 * n.len() - 1);
    assert!(RsaKey::of(&n, &[1, 0, 1]).is_some());
    assert!(RsaKey::of(&even, &[1, 0, 1]).is_none());
    assert!(RsaKey::of(&[], &[1, 0, 1]).is_none());
    assert!(RsaKey::of(&[&[0], &n[..]].concat(), &[1, 0, 1]).is_none());
    // None that is ever let in, but nothing to panic at.
    for n in [&[1][..], &[3], &[0x80, 1], &[0xff; 31], &[0xff; 60]] {
        let key = RsaKey::of(n, &[1, 0, 1]).unwrap();
        for signature in [vec![], vec![0; n.len()], vec![1; n.len()], vec![0xff; n.len()], vec![1; 300]] {
            assert!(!key.verify_pkcs1(hash::<Sha256>, b"message", &signature));
            assert!(!key.verify_pss(hash::<Sha256>, b"message", &signature));
        }
    }
}

#[test]
fn any_exponent_of_32_bits_is_raised_to() {
    for exponent in [1u32, 2, 3, 65_537, 0x8000_0001, 0xffff_fffe, 0xffff_ffff] {
        for Pair(ours, private) in &*PAIRS {
            let params = private.n_params();
            let key = RsaKey::of(&private.n_bytes(), &exponent.to_be_bytes()).unwrap();
            for first in [0, 1, 0x7f] {
                let mut base = vec![0x5a; ours.bytes];
                base[..2].copy_from_slice(&[0, first]);
                let number = BoxedUint::from_be_slice(&base, params.bits_precision()).unwrap();
                let power = BoxedMontyForm::new(number, params).pow(&BoxedUint::from(exponent)).retrieve();
                let power = power.to_be_bytes();
                assert_eq!(key.encoded(&base), power[power.len() - ours.bytes..]);
            }
        }
    }
}
