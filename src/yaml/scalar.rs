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

#[cfg(test)]
mod tests {
    use super::*;

    /// What PyYAML 6.0.3 (`yaml.Loader`) makes of a plain scalar.
    #[derive(Debug)]
    enum PyYaml {
        Null,
        Bool(bool),
        Int(i128),
        Float(f64),
        Time,
        Str,
    }

    #[test]
    fn plain_scalars_are_those_of_pyyaml() {
        use PyYaml::{Bool, Float, Int, Null, Str, Time};
        let table = [
            ("yes", Bool(true)),
            ("Yes", Bool(true)),
            ("YES", Bool(true)),
            ("yEs", Str),
            ("no", Bool(false)),
            ("No", Bool(false)),
            ("NO", Bool(false)),
            ("true", Bool(true)),
            ("True", Bool(true)),
            ("TRUE", Bool(true)),
            ("tRUE", Str),
            ("false", Bool(false)),
            ("False", Bool(false)),
            ("FALSE", Bool(false)),
            ("on", Bool(true)),
            ("On", Bool(true)),
            ("ON", Bool(true)),
            ("oN", Str),
            ("off", Bool(false)),
            ("Off", Bool(false)),
            ("OFF", Bool(false)),
            ("y", Str),
            ("Y", Str),
            ("n", Str),
            ("N", Str),
            ("t", Str),
            ("f", Str),
            ("null", Null),
            ("Null", Null),
            ("NULL", Null),
            ("nULL", Str),
            ("~", Null),
            ("~~", Str),
            ("None", Str),
            ("none", Str),
            ("0", Int(0)),
            ("-0", Int(0)),
            ("+0", Int(0)),
            ("00", Int(0)),
            ("7", Int(7)),
            ("-7", Int(-7)),
            ("+7", Int(7)),
            ("017", Int(15)),
            ("-017", Int(-15)),
            ("+017", Int(15)),
            ("08", Str),
            ("09", Str),
            ("0o17", Str),
            ("0_7", Int(7)),
            ("0_", Int(0)),
            ("0__", Int(0)),
            ("0b101", Int(5)),
            ("-0b101", Int(-5)),
            ("0b_1", Int(1)),
            ("0B1", Str),
            ("0b2", Str),
            ("0b", Str),
            ("0x", Str),
            ("0xff", Int(255)),
            ("0xFF", Int(255)),
            ("0XFF", Str),
            ("-0xff", Int(-255)),
            ("0xffff_ffff", Int(4294967295)),
            ("0x0000_000f", Int(15)),
            ("0x_f", Int(15)),
            ("0xg", Str),
            ("0x1.8", Str),
            ("1_000", Int(1000)),
            ("1_", Int(1)),
            ("_1", Str),
            ("1__0", Int(10)),
            (
                "123456789012345678901234567890",
                Int(123456789012345678901234567890),
            ),
            ("0xffffffffffffffff", Int(18446744073709551615)),
            ("0xffffffffffffffffffffffffffffffffffff", Int(i128::MAX)),
            ("1a", Str),
            ("+-1", Str),
            ("--", Str),
            ("-", Str),
            ("+", Str),
            ("0111", Int(73)),
            ("1111", Int(1111)),
            ("0000.0001", Float(0.0001)),
            ("ffff.0000", Str),
            ("1:30", Int(90)),
            ("-1:30", Int(-90)),
            ("+1:30", Int(90)),
            ("1:60", Str),
            ("01:30", Str),
            ("1:5", Int(65)),
            ("1:59:59", Int(7199)),
            ("0:30", Str),
            ("1:2:3:4", Int(223384)),
            ("1:30.5", Float(90.5)),
            ("-1:30.5", Float(-90.5)),
            ("1:30.", Float(90.0)),
            ("01:30.5", Float(90.5)),
            ("1:", Str),
            (":1", Str),
            ("1:90.5", Str),
            ("1_0:30", Int(630)),
            ("1.0", Float(1.0)),
            ("1.", Float(1.0)),
            (".5", Float(0.5)),
            ("-.5", Str),
            ("+.5", Str),
            (".", Str),
            ("..", Str),
            ("-.", Str),
            ("1.5", Float(1.5)),
            ("-1.5", Float(-1.5)),
            ("+1.5", Float(1.5)),
            ("1_0.5", Float(10.5)),
            ("1._5", Float(1.5)),
            ("._5", Str),
            (".5_0", Float(0.5)),
            ("1e3", Str),
            ("1E3", Str),
            ("1e+3", Str),
            ("1.e+3", Float(1000.0)),
            ("1.0e+3", Float(1000.0)),
            ("1.0e3", Str),
            ("1.0e-3", Float(0.001)),
            ("1.5E+3", Float(1500.0)),
            (".5e+3", Float(500.0)),
            (".5e3", Str),
            ("1.0e+", Str),
            ("1.0e+3_0", Str),
            (".inf", Float(f64::INFINITY)),
            ("-.inf", Float(f64::NEG_INFINITY)),
            ("+.inf", Float(f64::INFINITY)),
            (".Inf", Float(f64::INFINITY)),
            (".INF", Float(f64::INFINITY)),
            (".iNF", Str),
            (".nan", Float(f64::NAN)),
            (".NaN", Float(f64::NAN)),
            (".NAN", Float(f64::NAN)),
            ("-.nan", Str),
            ("inf", Str),
            ("nan", Str),
            ("0.0", Float(0.0)),
            ("0x.5", Str),
            ("1.2.3", Str),
            ("09.5", Float(9.5)),
            ("1,5", Str),
            ("2020-01-02", Time),
            ("2020-1-2", Str),
            ("2020-01-2", Str),
            ("2020-13-45", Time),
            ("20-01-02", Str),
            ("2020-01-02T03:04:05", Time),
            ("2020-01-02t03:04:05Z", Time),
            ("2020-1-2T3:04:05", Time),
            ("2020-01-02T03:04:05.678", Time),
            ("2020-01-02T03:04:05.", Time),
            ("2020-01-02T03:04:05+01:00", Time),
            ("2020-01-02T03:04:05+1", Time),
            ("2020-01-02T03:04:05-01:0", Str),
            ("2020-01-02T03:04", Str),
            ("2020-01-02T03:04:5", Str),
            ("<<", Str),
            ("=", Str),
            ("<<<", Str),
            ("==", Str),
            ("3x3", Str),
            ("Conv2d", Str),
            ("Conv-2d", Str),
            ("0x0000.ffff", Str),
            ("1-2", Str),
            ("1/2", Str),
            ("100%", Str),
            ("12e03", Str),
            ("-2E+05", Str),
            ("+12e03", Str),
            ("685.230_15e+03", Float(685230.15)),
            ("190:20:30", Int(685230)),
            ("190:20:30.15", Float(685230.15)),
            ("0b1010_0111", Int(167)),
            ("02472256", Int(685230)),
            ("1.7976931348623157e+308", Float(1.7976931348623157e+308)),
            ("1e400", Str),
            ("1.0e+400", Float(f64::INFINITY)),
            ("٣", Str),
            ("2020-01-02 03:04:05", Time),
            ("2020-01-02 \t 03:04:05 Z", Time),
            ("2020-01-02  03:04:05.5 -01:30", Time),
            (" 1", Str),
            ("1 ", Str),
            ("yes no", Str),
            ("1 2", Str),
            ("", Null),
        ];
        for (text, wanted) in table {
            let found = resolve_plain(text);
            let same = match (&wanted, &found) {
                (Null, Value::Null) | (Time, Value::Timestamp) => true,
                (Bool(wanted), Value::Bool(found)) => wanted == found,
                (Int(wanted), Value::Int(found)) => wanted == found,
                (Float(wanted), Value::Float(found)) => {
                    wanted == found || (wanted.is_nan() && found.is_nan())
                }
                (Str, Value::String(found)) => found == text,
                _ => false,
            };
            assert!(same, "{text:?}: {found:?} instead of {wanted:?}");
        }
    }

    #[test]
    fn integers_stick_at_the_limit() {
        let huge = "9".repeat(60);
        assert_eq!(resolve_plain(&huge), Value::Int(i128::MAX));
        assert_eq!(resolve_plain(&format!("-{huge}")), Value::Int(-i128::MAX));
        let sixties = format!("9{}", ":59".repeat(100));
        assert_eq!(resolve_plain(&sixties), Value::Int(i128::MAX));
    }

    #[test]
    fn explicit_tags_construct_what_pyyaml_constructs() {
        let text = |text: &str| Some(Value::String(text.to_owned()));
        assert_eq!(construct("!!str", "3"), text("3"));
        assert_eq!(construct("!!int", "3"), Some(Value::Int(3)));
        assert_eq!(construct("!!int", "0x1_0"), Some(Value::Int(16)));
        assert_eq!(construct("!!int", "1:30"), Some(Value::Int(90)));
        assert_eq!(construct("!!int", "three"), None);
        assert_eq!(construct("!!int", ""), None);
        assert_eq!(construct("!!float", "3"), Some(Value::Float(3.0)));
        assert_eq!(construct("!!float", "1e3"), Some(Value::Float(1000.0)));
        assert_eq!(construct("!!float", "3x"), None);
        assert_eq!(construct("!!bool", "oN"), Some(Value::Bool(true)));
        assert_eq!(construct("!!bool", "1"), None);
        assert_eq!(construct("!!null", "anything"), Some(Value::Null));
        assert_eq!(
            construct("!!timestamp", "2020-01-02"),
            Some(Value::Timestamp)
        );
        assert_eq!(construct("!!timestamp", "now"), None);
        assert_eq!(construct("!", "3"), Some(Value::Int(3)));
        assert_eq!(construct("!!seq", "3"), None);
        assert_eq!(construct("!mine", "3"), None);
    }
}
