//! Strict JSON (RFC 8259, I-JSON of RFC 7493): what two parsers could read differently is refused.
//!
//! UTF-8 without a byte order mark, no duplicate member names at any depth (compared after unescaping), no lone
//! surrogates, depth at most [`MAX_DEPTH`], finite numbers, nothing after the value.

mod number;

use core::fmt;
use std::borrow::Cow;

/// The deepest accepted nesting of arrays and objects.
pub const MAX_DEPTH: usize = 32;

/// Any JSON value.
#[derive(Clone, PartialEq)]
pub enum Value {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A finite number.
    Number(f64),
    /// A string, unescaped.
    String(String),
    /// An array.
    Array(Vec<Value>),
    /// An object.
    Object(Object),
}

/// A JSON object: members in their order, names unique.
#[derive(Clone, PartialEq, Default)]
pub struct Object(Vec<(String, Value)>);

/// Why a text is not accepted. Says nothing of the text itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JsonError {
    /// Not UTF-8, or with a byte order mark, or a lone surrogate.
    Encoding,
    /// Not JSON, or something after it.
    Syntax,
    /// A member name comes twice in one object.
    Duplicate,
    /// Nested deeper than [`MAX_DEPTH`].
    TooDeep,
    /// A number that is not finite.
    Number,
    /// JSON, and not an object.
    NotAnObject,
}

/// Parses a JSON text whose value is an object.
///
/// ```
/// use strongroom::jose::json::{self, JsonError};
///
/// let claims = json::parse_object(br#"{"sub":"1"}"#).unwrap();
/// assert_eq!(claims.string("sub"), Some("1"));
/// assert_eq!(json::parse_object(br#"{"a":1,"\u0061":2}"#).err(), Some(JsonError::Duplicate));
/// ```
///
/// # Errors
/// The first thing that is wrong, as [`JsonError`].
pub fn parse_object(bytes: &[u8]) -> Result<Object, JsonError> {
    match parse(bytes)? {
        Value::Object(object) => Ok(object),
        _ => Err(JsonError::NotAnObject),
    }
}

/// Parses a JSON text.
///
/// # Errors
/// The first thing that is wrong, as [`JsonError`].
pub fn parse(bytes: &[u8]) -> Result<Value, JsonError> {
    let text = core::str::from_utf8(bytes).map_err(|_| JsonError::Encoding)?;
    parse_kept(text, Kept::All)
}

/// Parses a JSON text whose value is an object, just as strictly, and keeps only the members whose names are wanted, with all that is in
/// them.
///
/// ```
/// use strongroom::jose::json::{self, JsonError};
///
/// let claims = json::parse_members(r#"{"sub":"1","iss":"2"}"#, &|name| name == "sub").unwrap();
/// assert_eq!((claims.string("sub"), claims.string("iss")), (Some("1"), None));
/// assert_eq!(json::parse_members(r#"{"a":1e999}"#, &|_| false).err(), Some(JsonError::Number));
/// ```
///
/// # Errors
/// As [`parse_object`].
pub fn parse_members(text: &str, wanted: &dyn Fn(&str) -> bool) -> Result<Object, JsonError> {
    match parse_kept(text, Kept::Members(wanted))? {
        Value::Object(object) => Ok(object),
        _ => Err(JsonError::NotAnObject),
    }
}

fn parse_kept(text: &str, kept: Kept<'_>) -> Result<Value, JsonError> {
    if text.starts_with('\u{feff}') {
        return Err(JsonError::Encoding);
    }
    let mut parser = Parser { text, at: 0 };
    parser.skip_whitespace();
    let value = parser.value(0, kept)?;
    parser.skip_whitespace();
    if parser.at == text.len() { Ok(value) } else { Err(JsonError::Syntax) }
}

/// What of a value is kept. All of it is checked.
#[derive(Clone, Copy)]
enum Kept<'k> {
    All,
    /// Of an object, the members of these names; of anything else, nothing.
    Members(&'k dyn Fn(&str) -> bool),
    /// What is left is empty.
    Nothing,
}

impl Kept<'_> {
    fn is_all(self) -> bool {
        matches!(self, Kept::All)
    }
}

/// Writes a string as JSON.
///
/// ```
/// assert_eq!(strongroom::jose::json::quote("a\"\n"), r#""a\"\u000a""#);
/// ```
pub fn quote(text: &str) -> String {
    // Byte by byte: all that is escaped is ASCII.
    let mut json = Vec::with_capacity(text.len() + 2);
    json.push(b'"');
    for byte in text.bytes() {
        match byte {
            b'"' | b'\\' => json.extend_from_slice(&[b'\\', byte]),
            0..0x20 => {
                json.extend_from_slice(if byte < 0x10 { b"\\u000" } else { b"\\u001" });
                json.push(b"0123456789abcdef"[usize::from(byte % 16)]);
            }
            _ => json.push(byte),
        }
    }
    json.push(b'"');
    String::from_utf8(json).unwrap_or_default()
}

/// The texts one after another, with another between them: shorter in the wasm than the library's formatting and joining.
///
/// ```
/// assert_eq!(strongroom::jose::json::join(&["a", "b"], ", "), "a, b");
/// ```
pub fn join<T: AsRef<str>>(texts: &[T], between: &str) -> String {
    let mut joined = String::new();
    for (at, text) in texts.iter().enumerate() {
        if at > 0 {
            joined.push_str(between);
        }
        joined.push_str(text.as_ref());
    }
    joined
}

/// The texts one after another.
pub fn concat(texts: &[&str]) -> String {
    join(texts, "")
}

impl Object {
    /// The member of that name.
    pub fn member(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(member, _)| member == name).map(|(_, value)| value)
    }

    /// The member of that name, without the others.
    pub fn into_member(self, name: &str) -> Option<Value> {
        self.0.into_iter().find(|(member, _)| member == name).map(|(_, value)| value)
    }

    /// The member of that name, if it is a string.
    pub fn string(&self, name: &str) -> Option<&str> {
        self.member(name).and_then(Value::as_str)
    }

    /// Members in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }
}

impl Value {
    /// The string, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The strings, if it is an array of nothing else.
    pub fn as_strings(&self) -> Option<Vec<&str>> {
        let Value::Array(values) = self else { return None };
        let mut strings = Vec::with_capacity(values.len());
        for value in values {
            strings.push(value.as_str()?);
        }
        Some(strings)
    }
}

impl fmt::Debug for Value {
    /// Names the kind only: values are token content.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(_) => "number",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        })
    }
}

impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "object of {} members", self.0.len())
    }
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Parser<'t> {
    /// The text from there to here; empty if that is no text. Without an index's panic, whose message weighs more in wasm than the parser.
    fn run(&self, start: usize) -> &'t str {
        self.text.get(start..self.at).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn next(&mut self) -> Result<u8, JsonError> {
        let byte = self.peek().ok_or(JsonError::Syntax)?;
        self.at += 1;
        Ok(byte)
    }

    fn eat(&mut self, expected: u8) -> bool {
        let found = self.peek() == Some(expected);
        self.at += usize::from(found);
        found
    }

    fn skip_whitespace(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn value(&mut self, depth: usize, kept: Kept<'_>) -> Result<Value, JsonError> {
        match self.peek().ok_or(JsonError::Syntax)? {
            b'{' => self.object(depth + 1, kept),
            b'[' => self.array(depth + 1, kept),
            b'"' => {
                let string = self.string()?;
                Ok(Value::String(if kept.is_all() { string.into_owned() } else { String::new() }))
            }
            b'-' | b'0'..=b'9' => self.number(),
            b'n' => self.word("null", Value::Null),
            b't' => self.word("true", Value::Bool(true)),
            b'f' => self.word("false", Value::Bool(false)),
            _ => Err(JsonError::Syntax),
        }
    }

    fn word(&mut self, word: &str, value: Value) -> Result<Value, JsonError> {
        let start = self.at;
        self.at += word.len();
        if self.run(start) == word { Ok(value) } else { Err(JsonError::Syntax) }
    }

    fn object(&mut self, depth: usize, kept: Kept<'_>) -> Result<Value, JsonError> {
        if depth > MAX_DEPTH {
            return Err(JsonError::TooDeep);
        }
        self.at += 1;
        // Of members that are not kept the names are needed all the same, until it is known that no two are equal.
        let (mut names, mut members) = (Vec::new(), Vec::new());
        self.skip_whitespace();
        if self.eat(b'}') {
            return Ok(Value::Object(Object(members)));
        }
        loop {
            self.skip_whitespace();
            if self.peek() != Some(b'"') {
                return Err(JsonError::Syntax);
            }
            let name = self.string()?;
            self.skip_whitespace();
            if !self.eat(b':') {
                return Err(JsonError::Syntax);
            }
            self.skip_whitespace();
            let is_kept = match kept {
                Kept::All => true,
                Kept::Members(wanted) => wanted(&name),
                Kept::Nothing => false,
            };
            let value = self.value(depth, if is_kept { Kept::All } else { Kept::Nothing })?;
            if is_kept {
                members.push((name.clone().into_owned(), value));
            }
            names.push(name);
            self.skip_whitespace();
            match self.next()? {
                b',' => {}
                b'}' => break,
                _ => return Err(JsonError::Syntax),
            }
        }
        if has_duplicate(&mut names) {
            return Err(JsonError::Duplicate);
        }
        Ok(Value::Object(Object(members)))
    }

    fn array(&mut self, depth: usize, kept: Kept<'_>) -> Result<Value, JsonError> {
        if depth > MAX_DEPTH {
            return Err(JsonError::TooDeep);
        }
        self.at += 1;
        let mut values = Vec::new();
        self.skip_whitespace();
        if self.eat(b']') {
            return Ok(Value::Array(values));
        }
        loop {
            self.skip_whitespace();
            if kept.is_all() {
                values.push(self.value(depth, Kept::All)?);
            } else {
                self.value(depth, Kept::Nothing)?;
            }
            self.skip_whitespace();
            match self.next()? {
                b',' => {}
                b']' => return Ok(Value::Array(values)),
                _ => return Err(JsonError::Syntax),
            }
        }
    }

    fn number(&mut self) -> Result<Value, JsonError> {
        let start = self.at;
        self.eat(b'-');
        if !self.eat(b'0') {
            self.digits()?;
        }
        if self.eat(b'.') {
            self.digits()?;
        }
        if self.eat(b'e') || self.eat(b'E') {
            if !self.eat(b'+') {
                self.eat(b'-');
            }
            self.digits()?;
        }
        let number = number::parse(self.run(start)).ok_or(JsonError::Syntax)?;
        if number.is_finite() { Ok(Value::Number(number)) } else { Err(JsonError::Number) }
    }

    fn digits(&mut self) -> Result<(), JsonError> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at > start { Ok(()) } else { Err(JsonError::Syntax) }
    }

    fn string(&mut self) -> Result<Cow<'t, str>, JsonError> {
        self.at += 1;
        let mut string = Cow::default();
        loop {
            let start = self.at;
            let rest = self.text.as_bytes().get(start..).unwrap_or_default();
            self.at += plain_run(rest);
            // The run ends before an ASCII character, so both ends are character boundaries.
            string += self.run(start);
            match self.next()? {
                b'"' => return Ok(string),
                b'\\' => string.to_mut().push(self.escape()?),
                _ => return Err(JsonError::Syntax),
            }
        }
    }

    fn escape(&mut self) -> Result<char, JsonError> {
        Ok(match self.next()? {
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.unicode_escape(),
            _ => return Err(JsonError::Syntax),
        })
    }

    fn unicode_escape(&mut self) -> Result<char, JsonError> {
        let first = self.hex4()?;
        let code = if (0xd800..0xdc00).contains(&first) {
            if !(self.eat(b'\\') && self.eat(b'u')) {
                return Err(JsonError::Encoding);
            }
            let second = self.hex4()?;
            if !(0xdc00..0xe000).contains(&second) {
                return Err(JsonError::Encoding);
            }
            0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00)
        } else {
            first
        };
        char::from_u32(code).ok_or(JsonError::Encoding)
    }

    fn hex4(&mut self) -> Result<u32, JsonError> {
        let mut code = 0;
        for _ in 0..4 {
            let digit = char::from(self.next()?).to_digit(16).ok_or(JsonError::Syntax)?;
            code = code * 16 + digit;
        }
        Ok(code)
    }
}

/// How many bytes come before the first quote, backslash or control character. Eight at a time.
fn plain_run(bytes: &[u8]) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    // The lowest bit that is set belongs to the first byte below `limit`; above it a borrow may set others.
    let below = |word: u64, limit: u64| word.wrapping_sub(ONES * limit) & !word & (ONES << 7);
    let equal = |word: u64, byte: u8| below(word ^ (ONES * u64::from(byte)), 1);
    let (words, rest) = bytes.as_chunks::<8>();
    for (place, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let found = equal(word, b'"') | equal(word, b'\\') | below(word, 0x20);
        if found != 0 {
            return 8 * place + (found.trailing_zeros() / 8) as usize;
        }
    }
    let is_special = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..=0x1f);
    8 * words.len() + rest.iter().position(is_special).unwrap_or(rest.len())
}

/// Few names are compared each with each. A heap keeps a hostile object with tens of thousands of members cheap; the library's sort would be
/// a thirtieth of the wasm.
fn has_duplicate(names: &mut [Cow<'_, str>]) -> bool {
    if names.len() <= 16 {
        return (1..names.len()).any(|i| names[..i].contains(&names[i]));
    }
    for at in (0..names.len() / 2).rev() {
        sink(names, at);
    }
    // What is behind the heap is in order.
    for end in (1..names.len()).rev() {
        names.swap(0, end);
        sink(&mut names[..end], 0);
        if names[0] == names[end] {
            return true;
        }
    }
    false
}

/// Restores a heap, the largest name first, whose one at this place may be too small for it.
fn sink(heap: &mut [Cow<'_, str>], mut at: usize) {
    loop {
        let mut largest = at;
        for child in [2 * at + 1, 2 * at + 2] {
            if heap.get(child).is_some_and(|name| *name > heap[largest]) {
                largest = child;
            }
        }
        if largest == at {
            return;
        }
        heap.swap(at, largest);
        at = largest;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> Option<JsonError> {
        parse(text.as_bytes()).err()
    }

    #[test]
    fn values_of_every_kind_are_read() {
        let object =
            parse_object(br#" {"a":[1,-0.5e+1,true,false,null,"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00"]} "#)
                .unwrap();
        let Some(Value::Array(values)) = object.member("a") else { panic!("not an array") };
        assert_eq!(values[1], Value::Number(-5.0));
        assert_eq!(values[5].as_str(), Some("\"\\/\u{8}\u{c}\n\r\té😀"));
        assert_eq!(values.len(), 6);
    }

    #[test]
    fn duplicates_are_found_at_any_depth_and_after_unescaping() {
        for text in [r#"{"a":1,"a":1}"#, r#"[{"x":{"a":1,"b":2,"\u0061":3}}]"#, r#"{"":0,"":0}"#] {
            assert_eq!(error(text), Some(JsonError::Duplicate), "{text}");
        }
        assert_eq!(error(r#"{"a":{"a":{"a":1}},"A":1}"#), None);
    }

    #[test]
    fn a_run_ends_at_the_first_byte_that_is_not_plain() {
        let is_plain = |byte: u8| !matches!(byte, b'"' | b'\\' | 0..=0x1f);
        for length in 0..20 {
            for place in 0..length {
                for byte in 0..=255u8 {
                    // Before and behind it what is next to the limits, so that a borrow would be seen.
                    for around in [0x20, 0x21, 0x23, 0x5b, 0x5d, 0x7f, 0x80, 0xa2, 0xdc, 0xff] {
                        let mut bytes = vec![around; length];
                        bytes[place] = byte;
                        assert_eq!(plain_run(&bytes), if is_plain(byte) { length } else { place });
                        if place + 1 < length {
                            bytes[place + 1] = byte ^ 1;
                            let second = if is_plain(byte ^ 1) { length } else { place + 1 };
                            assert_eq!(plain_run(&bytes), if is_plain(byte) { second } else { place });
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn duplicates_are_found_among_few_and_many() {
        for count in [2, 3, 15, 16, 17, 18, 40] {
            let object = |names: &[String]| format!("{{{}}}", names.join(","));
            let unique: Vec<String> = (0..count).map(|i| format!(r#""n{i}":{i}"#)).collect();
            assert_eq!(error(&object(&unique)), None);
            for (i, j) in [(0, 1), (0, count - 1), (count - 2, count - 1)] {
                let mut twice = unique.clone();
                twice[j] = unique[i].clone();
                assert_eq!(error(&object(&twice)), Some(JsonError::Duplicate), "{count} {i} {j}");
            }
        }
    }

    /// What is not kept is checked all the same.
    #[test]
    fn members_alone_are_read_as_strictly() {
        let wanted = |name: &str| name == "kept";
        let members = |text: &str| parse_members(text, &wanted);
        let found =
            members(r#"{"a":[1,"x"],"\u006bept":{"b":[true,"\u00e9"],"c":{}},"d":{"kept":1}}"#).unwrap();
        let all = parse_object(r#"{"kept":{"b":[true,"é"],"c":{}}}"#.as_bytes()).unwrap();
        assert!(found == all);
        for text in [
            r#"{"a":1,"a":1}"#,
            r#"{"x":{"a":1,"a":1}}"#,
            r#"{"x":[{"a":1,"\u0061":1}]}"#,
            r#"{"kept":1,"kept":2}"#,
            r#"{"x":1e999}"#,
            r#"{"x":01}"#,
            r#"{"x":"\ud800"}"#,
            r#"{"x":"\x"}"#,
            "{\"x\":\"\n\"}",
            r#"{"x":[1,]}"#,
            r#"{"x":tru}"#,
            r#"{"x":1}}"#,
            r#"{"x":1"#,
            "\u{feff}{}",
        ] {
            assert_eq!(members(text).err(), error(text), "{text}");
            assert!(error(text).is_some(), "{text}");
        }
        let deep = |depth: usize| format!(r#"{{"x":{}{}}}"#, "[".repeat(depth), "]".repeat(depth));
        assert_eq!(members(&deep(MAX_DEPTH - 1)).err(), None);
        assert_eq!(members(&deep(MAX_DEPTH)).err(), Some(JsonError::TooDeep));
        for text in ["[]", "1", r#""kept""#, "null"] {
            assert_eq!(members(text).err(), Some(JsonError::NotAnObject), "{text}");
        }
    }

    #[test]
    fn nesting_is_bounded() {
        let arrays = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        let objects = |depth: usize| format!("{}1{}", r#"{"a":"#.repeat(depth), "}".repeat(depth));
        for nested in [&arrays as &dyn Fn(usize) -> String, &objects] {
            assert_eq!(error(&nested(MAX_DEPTH)), None);
            assert_eq!(error(&nested(MAX_DEPTH + 1)), Some(JsonError::TooDeep));
        }
        assert_eq!(error(&"[".repeat(100_000)), Some(JsonError::TooDeep));
    }

    #[test]
    fn numbers_are_finite_and_well_formed() {
        for text in ["1e999", "-1e400"] {
            assert_eq!(error(text), Some(JsonError::Number), "{text}");
        }
        for text in ["01", "+1", "1.", ".5", "1e", "-", "0x1", "NaN", "Infinity", "1_0", "--1"] {
            assert_eq!(error(text), Some(JsonError::Syntax), "{text}");
        }
    }

    #[test]
    fn encoding_is_strict() {
        for text in ["\u{feff}{}", r#""\ud800""#, r#""\udc00""#, r#""\ud800\u0041""#, r#""\ud800x""#] {
            assert_eq!(error(text), Some(JsonError::Encoding), "{text}");
        }
        for bytes in [&b"\"\xff\""[..], b"\"\xc0\xaf\"", b"\"\xed\xa0\x80\"", b"\xef\xbb\xbf{}"] {
            assert_eq!(parse(bytes).err(), Some(JsonError::Encoding));
        }
    }

    #[test]
    fn what_is_not_json_is_refused() {
        let texts = [
            "",
            " ",
            "{",
            "}",
            "{}{}",
            "{} x",
            "[1,]",
            "[,1]",
            r#"{"a":1,}"#,
            "{a:1}",
            "{'a':1}",
            r#"{"a" 1}"#,
            "nul",
            "true1",
            r#""a"#,
            "\"a\nb\"",
            "\"\u{0}\"",
            r#""\x41""#,
            r#""\u12g4""#,
            "/**/{}",
            "\u{a0}{}",
            "[1 2]",
        ];
        for text in texts {
            assert_eq!(error(text), Some(JsonError::Syntax), "{text}");
        }
    }

    #[test]
    fn debug_shows_no_content() {
        let object = parse_object(br#"{"canary":"canary"}"#).unwrap();
        assert!(!format!("{object:?} {:?}", object.member("canary")).contains("canary"));
    }
}
