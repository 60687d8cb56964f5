//! Just enough JSON to write flat objects. Nothing here reads any: requests' bodies are the shell's to parse.

/// An object under construction.
pub(crate) struct Object(String);

impl Object {
    pub(crate) fn new() -> Self {
        Object(String::from("{"))
    }

    pub(crate) fn string(&mut self, name: &str, value: &str) {
        self.name(name);
        quote(&mut self.0, value);
    }

    pub(crate) fn number(&mut self, name: &str, value: u64) {
        self.raw(name, &value.to_string());
    }

    /// `value` must be JSON already.
    pub(crate) fn raw(&mut self, name: &str, value: &str) {
        self.name(name);
        self.0.push_str(value);
    }

    pub(crate) fn finish(mut self) -> String {
        self.0.push('}');
        self.0
    }

    fn name(&mut self, name: &str) {
        if self.0.len() > 1 {
            self.0.push(',');
        }
        quote(&mut self.0, name);
        self.0.push(':');
    }
}

fn quote(out: &mut String, text: &str) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => out.extend(['\\', character]),
            // RFC 8259 §7: control characters must be escaped.
            '\0'..='\x1f' => {
                const HEX: &[u8; 16] = b"0123456789abcdef";
                let code = character as usize;
                out.push_str("\\u00");
                out.extend([char::from(HEX[code >> 4]), char::from(HEX[code & 15])]);
            }
            _ => out.push(character),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_escaped() {
        let mut object = Object::new();
        object.string("a\"", "\\\u{1}é\n");
        object.number("n", 7);
        object.raw("f", "true");
        assert_eq!(object.finish(), "{\"a\\\"\":\"\\\\\\u0001é\\u000a\",\"n\":7,\"f\":true}");
    }
}
