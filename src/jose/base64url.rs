//! Canonical unpadded base64url (RFC 4648 §5, RFC 7515 §2). One byte string has exactly one accepted encoding.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

const INVALID: u8 = 0xff;

const VALUES: [u8; 256] = {
    let mut values = [INVALID; 256];
    let mut i = 0;
    while i < 64 {
        values[ALPHABET[i] as usize] = i as u8;
        i += 1;
    }
    values
};

/// Encodes without padding.
///
/// ```
/// assert_eq!(strongroom::jose::base64url::encode(&[0xfb, 0xff]), "-_8");
/// ```
pub fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let group =
            chunk.iter().enumerate().fold(0u32, |group, (i, byte)| group | u32::from(*byte) << (16 - 8 * i));
        for i in 0..=chunk.len() {
            text.push(char::from(ALPHABET[(group >> (18 - 6 * i)) as usize & 63]));
        }
    }
    text
}

/// Decodes strictly: `None` for a character outside the alphabet, padding, an impossible length, or non-zero
/// trailing bits.
///
/// ```
/// use strongroom::jose::base64url::decode;
/// assert_eq!(decode(b"-_8"), Some(vec![0xfb, 0xff]));
/// assert_eq!(decode(b"-_9"), None); // trailing bits
/// assert_eq!(decode(b"-_8="), None); // padding
/// ```
pub fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let value = |character: u8| u32::from(VALUES[character as usize]);
    let (groups, rest) = text.as_chunks::<4>();
    let mut bytes = vec![0; groups.len() * 3];
    // Looked at once, in the end: no value below 64 has the bits that an invalid one has.
    let mut seen = 0;
    for ([a, b, c, d], three) in groups.iter().zip(bytes.as_chunks_mut::<3>().0) {
        let (a, b, c, d) = (value(*a), value(*b), value(*c), value(*d));
        seen |= a | b | c | d;
        let [_, first, second, third] = (a << 18 | b << 12 | c << 6 | d).to_be_bytes();
        *three = [first, second, third];
    }
    match *rest {
        [] => {}
        [a, b] => {
            let (a, b) = (value(a), value(b));
            seen |= a | b | (b & 0xf) << 6;
            bytes.push((a << 2 | b >> 4) as u8);
        }
        [a, b, c] => {
            let (a, b, c) = (value(a), value(b), value(c));
            // Trailing bits that are set spoil it likewise.
            seen |= a | b | c | (c & 3) << 6;
            bytes.extend([(a << 2 | b >> 4) as u8, (b << 4 | c >> 2) as u8]);
        }
        _ => return None,
    }
    (seen < 64).then_some(bytes)
}

/// The same with the padding of RFC 4648 §3.2, which must be there and exact.
///
/// ```
/// use strongroom::jose::base64url::decode_padded;
/// assert_eq!(decode_padded(b"-_8="), Some(vec![0xfb, 0xff]));
/// assert_eq!(decode_padded(b"-_8"), None); // no padding
/// assert_eq!(decode_padded(b"-_8=="), None); // too much of it
/// ```
pub fn decode_padded(text: &[u8]) -> Option<Vec<u8>> {
    let padding = text.iter().rev().take_while(|character| **character == b'=').count();
    if text.len().is_multiple_of(4) && padding <= 2 { decode(&text[..text.len() - padding]) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_length_round_trips() {
        for len in 0..70u8 {
            let bytes: Vec<u8> = (0..len).map(|i| i.wrapping_mul(37) ^ len).collect();
            assert_eq!(decode(encode(&bytes).as_bytes()), Some(bytes));
        }
    }

    #[test]
    fn exactly_one_encoding_is_accepted() {
        let mut accepted = std::collections::HashMap::new();
        for a in ALPHABET {
            for b in ALPHABET {
                if let Some(bytes) = decode(&[*a, *b]) {
                    assert_eq!(accepted.insert(bytes, (*a, *b)), None);
                }
            }
        }
        assert_eq!(accepted.len(), 256);
    }

    #[test]
    fn padding_is_exact_where_it_is_expected() {
        for len in 0..20u8 {
            let text = encode(&vec![len; len.into()]);
            let padded = format!("{text}{}", &"===="[..(4 - text.len() % 4) % 4]);
            assert_eq!(decode_padded(padded.as_bytes()), Some(vec![len; len.into()]));
            assert_eq!(decode_padded(text.as_bytes()).is_some(), text.len().is_multiple_of(4));
            for wrong in
                [format!("{padded}="), format!("{padded}===="), format!("={padded}"), format!("{padded}A")]
            {
                assert_eq!(decode_padded(wrong.as_bytes()), None, "{wrong}");
            }
        }
        assert_eq!(decode_padded(b"AB=="), None, "trailing bits");
        assert_eq!(decode_padded(b"A==="), None);
    }

    #[test]
    fn foreign_characters_are_refused() {
        for text in ["A", "AA=", "AA==", "A A", "AA\n", "A+", "A/", "é"] {
            assert_eq!(decode(text.as_bytes()), None, "{text:?}");
        }
    }
}
