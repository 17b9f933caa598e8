//! Plain scalars as PyYAML resolves them: YAML 1.1, with its own quirks.

/// The value of a scalar.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing, `~`, `null`.
    Null,
    /// `yes`, `no`, `true`, `false`, `on`, `off`.
    Bool(bool),
    /// An integer; beyond 128 bits it sticks at the limit.
    Int(i128),
    /// A float.
    Float(f64),
    /// A date or a time.
    Timestamp,
    /// Everything else.
    String(String),
}

/// Resolves the text of a plain scalar without a tag.
///
/// As in PyYAML the first character decides which types come into question at all, and a float
/// is tried before an integer.
pub fn resolve_plain(text: &str) -> Value {
    let resolved = match text.as_bytes().first() {
        None => Some(Value::Null),
        Some(b'~') => (text == "~").then_some(Value::Null),
        Some(b'n' | b'N') => null(text).or_else(|| boolean(text)),
        Some(b'y' | b'Y' | b't' | b'T' | b'f' | b'F' | b'o' | b'O') => boolean(text),
        Some(b'+' | b'-' | b'.' | b'0'..=b'9') => float(text)
            .or_else(|| integer(text))
            .or_else(|| is_timestamp(text).then_some(Value::Timestamp)),
        Some(_) => None,
    };
    resolved.unwrap_or_else(|| Value::String(text.to_owned()))
}

/// The value of a scalar with the explicit standard tag `tag` (in its short form, `!!int`).
///
/// `None` where PyYAML has no such tag for a scalar, or cannot read the text as one.
pub(super) fn construct(tag: &str, text: &str) -> Option<Value> {
    match tag {
        "!" => Some(resolve_plain(text)),
        "!!str" | "!!binary" => Some(Value::String(text.to_owned())),
        "!!null" => Some(Value::Null),
        "!!bool" => boolean(&text.to_lowercase()),
        "!!int" => int_value(text.trim()),
        "!!float" => float_value(text.trim()),
        "!!timestamp" => is_timestamp(text).then_some(Value::Timestamp),
        _ => None,
    }
}

/// Whether PyYAML has this standard tag for scalars.
pub(super) fn is_scalar_tag(tag: &str) -> bool {
    matches!(
        tag,
        "!!str" | "!!binary" | "!!null" | "!!bool" | "!!int" | "!!float" | "!!timestamp"
    )
}

fn null(text: &str) -> Option<Value> {
    matches!(text, "null" | "Null" | "NULL").then_some(Value::Null)
}

fn boolean(text: &str) -> Option<Value> {
    match text {
        "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            Some(Value::Bool(true))
        }
        "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            Some(Value::Bool(false))
        }
        _ => None,
    }
}

fn float(text: &str) -> Option<Value> {
    let matches = [
        |s: &mut Matcher| {
            s.optional(is_sign);
            s.one(is_digit) && s.skip(is_digit_or_underscore) && s.fraction() && s.exponent()
        },
        |s: &mut Matcher| {
            s.one(is_dot) && s.one(is_digit) && s.skip(is_digit_or_underscore) && s.exponent()
        },
        |s: &mut Matcher| {
            s.optional(is_sign);
            s.one(is_digit) && s.skip(is_digit_or_underscore) && s.sixties() && s.fraction()
        },
        |s: &mut Matcher| {
            s.optional(is_sign);
            s.one(is_dot) && ["inf", "Inf", "INF"].iter().any(|word| s.word(word))
        },
        |s: &mut Matcher| s.one(is_dot) && ["nan", "NaN", "NAN"].iter().any(|word| s.word(word)),
    ]
    .iter()
    .any(|pattern| Matcher::new(text).whole(pattern));
    if matches { float_value(text) } else { None }
}

fn float_value(text: &str) -> Option<Value> {
    let text = text.replace('_', "").to_lowercase();
    let (negative, digits) = split_sign(&text);
    let value = match digits {
        ".inf" => f64::INFINITY,
        ".nan" => f64::NAN,
        _ => digits.split(':').try_fold(0.0, |sum, part| {
            Some(sum * 60.0 + part.parse::<f64>().ok()?)
        })?,
    };
    Some(Value::Float(if negative { -value } else { value }))
}

fn integer(text: &str) -> Option<Value> {
    let (_, digits) = split_sign(text);
    let all = |digits: &str, is: fn(u8) -> bool| !digits.is_empty() && digits.bytes().all(is);
    let matches = if let Some(digits) = digits.strip_prefix("0b") {
        all(digits, |b| matches!(b, b'0' | b'1' | b'_'))
    } else if let Some(digits) = digits.strip_prefix("0x") {
        all(digits, |b| b.is_ascii_hexdigit() || b == b'_')
    } else if let Some(digits) = digits.strip_prefix('0') {
        digits.bytes().all(|b| matches!(b, b'0'..=b'7' | b'_'))
    } else {
        Matcher::new(digits).whole(|s| {
            s.one(is_digit) && s.skip(is_digit_or_underscore) && (s.at_end() || s.sixties())
        })
    };
    if matches { int_value(text) } else { None }
}

fn int_value(text: &str) -> Option<Value> {
    let text = text.replace('_', "");
    let (negative, digits) = split_sign(&text);
    let value = if digits == "0" {
        0
    } else if let Some(digits) = digits.strip_prefix("0b") {
        in_radix(digits, 2)?
    } else if let Some(digits) = digits.strip_prefix("0x") {
        in_radix(digits, 16)?
    } else if digits.starts_with('0') {
        in_radix(digits, 8)?
    } else {
        digits.split(':').try_fold(0i128, |sum, part| {
            Some(sum.saturating_mul(60).saturating_add(in_radix(part, 10)?))
        })?
    };
    Some(Value::Int(if negative { -value } else { value }))
}

/// Digits as a number that sticks at the limit.
fn in_radix(digits: &str, radix: u32) -> Option<i128> {
    if digits.is_empty() {
        return None;
    }
    digits.chars().try_fold(0i128, |sum, c| {
        let digit = c.to_digit(radix)?;
        Some(
            sum.saturating_mul(radix.into())
                .saturating_add(digit.into()),
        )
    })
}

fn split_sign(text: &str) -> (bool, &str) {
    match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    }
}

fn is_timestamp(text: &str) -> bool {
    let date = Matcher::new(text).whole(|s| {
        s.times(4, is_digit)
            && s.one(is_dash)
            && s.times(2, is_digit)
            && s.one(is_dash)
            && s.times(2, is_digit)
    });
    date || Matcher::new(text).whole(|s| {
        s.times(4, is_digit)
            && s.one(is_dash)
            && s.one_or_two_digits()
            && s.one(is_dash)
            && s.one_or_two_digits()
            && (s.one(|b| matches!(b, b'T' | b't')) || (s.one(is_blank) && s.skip(is_blank)))
            && s.one_or_two_digits()
            && s.one(is_colon)
            && s.times(2, is_digit)
            && s.one(is_colon)
            && s.times(2, is_digit)
            && (!s.one(is_dot) || s.skip(is_digit))
            && s.zone()
    })
}

/// A cursor over the bytes of a scalar; its methods advance and tell whether they could.
struct Matcher<'a> {
    rest: &'a [u8],
}

impl<'a> Matcher<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            rest: text.as_bytes(),
        }
    }

    fn whole(mut self, pattern: impl Fn(&mut Self) -> bool) -> bool {
        pattern(&mut self) && self.at_end()
    }

    fn at_end(&self) -> bool {
        self.rest.is_empty()
    }

    fn one(&mut self, is: fn(u8) -> bool) -> bool {
        match self.rest.split_first() {
            Some((&byte, rest)) if is(byte) => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    fn optional(&mut self, is: fn(u8) -> bool) {
        self.one(is);
    }

    /// Any number, so always true: for chains.
    fn skip(&mut self, is: fn(u8) -> bool) -> bool {
        while self.one(is) {}
        true
    }

    fn times(&mut self, count: usize, is: fn(u8) -> bool) -> bool {
        (0..count).all(|_| self.one(is))
    }

    fn word(&mut self, word: &str) -> bool {
        match self.rest.strip_prefix(word.as_bytes()) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn one_or_two_digits(&mut self) -> bool {
        let found = self.one(is_digit);
        self.optional(is_digit);
        found
    }

    fn fraction(&mut self) -> bool {
        self.one(is_dot) && self.skip(is_digit_or_underscore)
    }

    /// Nothing, or an exponent, whose sign is not optional.
    fn exponent(&mut self) -> bool {
        !self.one(|b| matches!(b, b'e' | b'E'))
            || (self.one(is_sign) && self.one(is_digit) && self.skip(is_digit))
    }

    /// The further digits of a base-60 number: at least one `:` with a number below 60.
    fn sixties(&mut self) -> bool {
        let mut found = false;
        while self.one(is_colon) {
            let tens = self.rest.first().is_some_and(|b| matches!(b, b'0'..=b'5'));
            if !self.one(is_digit) {
                return false;
            }
            if tens {
                self.optional(is_digit);
            }
            found = true;
        }
        found
    }

    fn zone(&mut self) -> bool {
        if self.at_end() {
            return true;
        }
        self.skip(is_blank);
        self.one(|b| b == b'Z')
            || (self.one(is_sign)
                && self.one_or_two_digits()
                && (!self.one(is_colon) || self.times(2, is_digit)))
    }
}

fn is_sign(byte: u8) -> bool {
    matches!(byte, b'+' | b'-')
}

fn is_digit(byte: u8) -> bool {
    byte.is_ascii_digit()
}

fn is_digit_or_underscore(byte: u8) -> bool {
    byte.is_ascii_digit() || byte == b'_'
}

fn is_dot(byte: u8) -> bool {
    byte == b'.'
}

fn is_dash(byte: u8) -> bool {
    byte == b'-'
}

fn is_colon(byte: u8) -> bool {
    byte == b':'
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}
