//! Just enough JSON (RFC 8259) to read the endpoints' answers where they lie, so that a token is never copied into a
//! general tree of values. Strict: what it hands out as a value is well-formed.

/// The deepest nesting that is followed.
const DEPTH: u8 = 16;

/// The value of a member of the outermost object, as it stands in the text. `None` if the text is not one well-formed
/// object or has no such member. Of members with the same name the first counts; names with escapes match nothing.
pub(crate) fn member<'a>(text: &'a [u8], name: &str) -> Option<&'a [u8]> {
    let mut found = None;
    read(text, &mut |key, value| {
        if found.is_none() && key == name.as_bytes() {
            found = Some(value);
        }
    })?;
    found
}

/// Whether the text is one well-formed object.
pub(crate) fn complete(text: &[u8]) -> bool {
    read(text, &mut |_, _| ()).is_some()
}

fn read<'a>(text: &'a [u8], each: &mut dyn FnMut(&'a [u8], &'a [u8])) -> Option<()> {
    let mut reader = Reader { text, at: 0 };
    reader.space();
    reader.object(0, each)?;
    reader.space();
    (reader.at == text.len()).then_some(())
}

/// The inside of a string without escapes.
pub(crate) fn plain_string(value: &[u8]) -> Option<&str> {
    let inner = value.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    if inner.contains(&b'\\') { None } else { core::str::from_utf8(inner).ok() }
}

/// A whole number that is not negative; digits after a point are cut off, an exponent is refused.
pub(crate) fn whole_number(value: &[u8]) -> Option<u64> {
    let mut number = 0u64;
    for (i, byte) in value.iter().enumerate() {
        match byte {
            b'0'..=b'9' => number = number.saturating_mul(10).saturating_add(u64::from(byte - b'0')),
            b'.' if i > 0 => return value.get(i + 1..)?.iter().all(u8::is_ascii_digit).then_some(number),
            _ => return None,
        }
    }
    (!value.is_empty()).then_some(number)
}

/// Appends `text` as a JSON string.
pub(crate) fn push_string(out: &mut String, text: &str) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => {
                out.push('\\');
                out.push(character);
            }
            '\0'..='\x1f' => {
                out.push_str("\\u00");
                out.push(if character < '\x10' { '0' } else { '1' });
                out.push(char::from(b"0123456789abcdef"[character as usize & 15]));
            }
            _ => out.push(character),
        }
    }
    out.push('"');
}

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> u8 {
        self.text.get(self.at).copied().unwrap_or(0)
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        (self.peek() == byte).then(|| self.at += 1)
    }

    fn space(&mut self) {
        while matches!(self.peek(), b' ' | b'\t' | b'\n' | b'\r') {
            self.at += 1;
        }
    }

    fn since(&self, start: usize) -> &'a [u8] {
        self.text.get(start..self.at).unwrap_or_default()
    }

    fn object(&mut self, depth: u8, each: &mut dyn FnMut(&'a [u8], &'a [u8])) -> Option<()> {
        self.take(b'{')?;
        self.space();
        if self.take(b'}').is_some() {
            return Some(());
        }
        loop {
            let start = self.at + 1;
            self.string()?;
            let key = self.text.get(start..self.at - 1)?;
            self.space();
            self.take(b':')?;
            self.space();
            let start = self.at;
            self.value(depth)?;
            each(key, self.since(start));
            self.space();
            if self.take(b'}').is_some() {
                return Some(());
            }
            self.take(b',')?;
            self.space();
        }
    }

    fn array(&mut self, depth: u8) -> Option<()> {
        self.take(b'[')?;
        self.space();
        if self.take(b']').is_some() {
            return Some(());
        }
        loop {
            self.value(depth)?;
            self.space();
            if self.take(b']').is_some() {
                return Some(());
            }
            self.take(b',')?;
            self.space();
        }
    }

    fn value(&mut self, depth: u8) -> Option<()> {
        match self.peek() {
            b'{' if depth < DEPTH => self.object(depth + 1, &mut |_, _| ()),
            b'[' if depth < DEPTH => self.array(depth + 1),
            b'"' => self.string(),
            b't' => self.word(b"true"),
            b'f' => self.word(b"false"),
            b'n' => self.word(b"null"),
            _ => self.number(),
        }
    }

    fn word(&mut self, word: &[u8]) -> Option<()> {
        self.text.get(self.at..)?.starts_with(word).then(|| self.at += word.len())
    }

    fn string(&mut self) -> Option<()> {
        self.take(b'"')?;
        loop {
            let byte = *self.text.get(self.at)?;
            self.at += 1;
            match byte {
                b'"' => return Some(()),
                b'\\' => {
                    let escape = *self.text.get(self.at)?;
                    self.at += 1;
                    match escape {
                        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => {}
                        b'u' => {
                            let digits = self.text.get(self.at..self.at + 4)?;
                            if !digits.iter().all(u8::is_ascii_hexdigit) {
                                return None;
                            }
                            self.at += 4;
                        }
                        _ => return None,
                    }
                }
                0..0x20 => return None,
                _ => {}
            }
        }
    }

    fn number(&mut self) -> Option<()> {
        let _ = self.take(b'-');
        if self.take(b'0').is_none() {
            self.digits()?;
        }
        if self.take(b'.').is_some() {
            self.digits()?;
        }
        if matches!(self.peek(), b'e' | b'E') {
            self.at += 1;
            if matches!(self.peek(), b'+' | b'-') {
                self.at += 1;
            }
            self.digits()?;
        }
        Some(())
    }

    fn digits(&mut self) -> Option<()> {
        let start = self.at;
        while self.peek().is_ascii_digit() {
            self.at += 1;
        }
        (self.at > start).then_some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_found_as_they_stand() {
        let text = br#" { "a" : "x\"y" , "b":{"a":[1,-2.5e+3,true,null,{}]},"a":2,"c":[] } "#;
        assert_eq!(member(text, "a"), Some(br#""x\"y""#.as_slice()));
        assert_eq!(member(text, "b"), Some(br#"{"a":[1,-2.5e+3,true,null,{}]}"#.as_slice()));
        assert_eq!(member(text, "c"), Some(b"[]".as_slice()));
        assert_eq!(member(text, "d"), None);
        assert!(complete(text));
    }

    #[test]
    fn malformed_texts_have_no_members() {
        for text in [
            "",
            "{",
            "[]",
            "null",
            r#"{"a"}"#,
            r#"{"a":}"#,
            r#"{"a":1,}"#,
            r#"{"a":1}x"#,
            r#"{"a":01}"#,
            r#"{"a":1.}"#,
            r#"{"a":"\x"}"#,
            r#"{"a":"\u12g4"}"#,
            "{\"a\":\"\n\"}",
            r#"{"a":tru}"#,
            r#"{"a":1 "b":2}"#,
            r#"{a:1}"#,
            r#"{"a":1e}"#,
            r#"{"a":"#,
            r#"{"a":"\"#,
            r#"{"a":"\u00"#,
        ] {
            assert_eq!(member(text.as_bytes(), "a"), None, "{text}");
            assert!(!complete(text.as_bytes()), "{text}");
        }
        let deep = format!(r#"{{"a":{}{}}}"#, "[".repeat(40), "]".repeat(40));
        assert_eq!(member(deep.as_bytes(), "a"), None);
    }

    #[test]
    fn scalars() {
        assert_eq!(plain_string(br#""abc""#), Some("abc"));
        assert_eq!(plain_string(br#""a\/c""#), None);
        assert_eq!(plain_string(b"1"), None);
        for (text, number) in
            [("0", Some(0)), ("600", Some(600)), ("59.9", Some(59)), ("99999999999999999999", Some(u64::MAX))]
        {
            assert_eq!(whole_number(text.as_bytes()), number);
        }
        for text in ["", "-1", "1e3", "\"1\"", ".5", "1.x"] {
            assert_eq!(whole_number(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn strings_are_escaped() {
        let mut out = String::new();
        push_string(&mut out, "a\"\\\n\x1fé");
        assert_eq!(out, "\"a\\\"\\\\\\u000a\\u001fé\"");
    }
}
