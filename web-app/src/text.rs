//! Turns values into the words people read: numbers with commas, amounts, durations, dates, short hashes.
//! All sentences come from the locale file; this file only fills their gaps.

use zera_primitives::{Amount, amount::UNITS_PER_ZRA};

/// Replaces `{0}`, `{1}`, … in `pattern`.
#[must_use]
pub fn fill(pattern: &str, values: &[&str]) -> String {
    let mut out = String::with_capacity(pattern.len() + 32);
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let Some((index, tail)) = after.split_once('}') else {
            rest = after;
            break;
        };
        out.push_str(index.parse::<usize>().ok().and_then(|i| values.get(i)).copied().unwrap_or_default());
        rest = tail;
    }
    out.push_str(rest);
    out
}

/// `say!(KEY)` is the sentence of the locale; `say!(KEY, a, b)` fills its gaps.
#[macro_export]
macro_rules! say {
    ($key:ident) => { $crate::en::$key };
    ($key:ident, $($value:expr),+ $(,)?) => {
        $crate::text::fill($crate::en::$key, &[$(&$value.to_string()),+])
    };
}

/// `1482331` → `1,482,331`.
#[must_use]
pub fn thousands(number: u128) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// [`thousands`] of a `u64`.
#[must_use]
pub fn count(number: u64) -> String {
    thousands(number.into())
}

/// `1 module`, `2 modules`.
#[must_use]
pub fn plural(number: usize, one: &str, many: &str) -> String {
    format!("{}\u{a0}{}", count(number as u64), if number == 1 { one } else { many })
}

/// An amount with its unit, which never leaves its number: `1,234.5 ZRA`.
#[must_use]
pub fn zra(amount: Amount) -> String {
    format!("{amount}\u{a0}ZRA")
}

/// An amount rounded down to three decimals of ZRA, for running text and tables.
#[must_use]
pub fn zra_about(amount: Amount) -> String {
    const STEP: u128 = UNITS_PER_ZRA / 1_000;
    if amount.0 < STEP { zra(amount) } else { zra(Amount(amount.0 / STEP * STEP)) }
}

/// The unit a scale of `most` is written in: divisor in base units, letter.
#[must_use]
pub const fn unit_of(most: Amount) -> (u128, &'static str) {
    if most.0 >= 1_000_000 * UNITS_PER_ZRA {
        (1_000_000 * UNITS_PER_ZRA, "M")
    } else if most.0 >= 10_000 * UNITS_PER_ZRA {
        (1_000 * UNITS_PER_ZRA, "k")
    } else {
        (UNITS_PER_ZRA, "")
    }
}

/// `amount` in units of `divisor`, rounded down to `decimals` places.
#[must_use]
pub fn scaled(amount: u128, divisor: u128, decimals: u32) -> String {
    let ten = 10u128.pow(decimals.min(9));
    let value = amount / (divisor / ten).max(1);
    let (whole, rest) = (value / ten, value % ten);
    if decimals == 0 {
        thousands(whole)
    } else {
        format!("{}.{rest:0width$}", thousands(whole), width = decimals.min(9) as usize)
    }
}

/// An amount in its own unit with three decimals: `1.316 M ZRA`.
#[must_use]
pub fn zra_short(amount: Amount) -> String {
    let (divisor, letter) = unit_of(amount);
    if letter.is_empty() {
        zra_about(amount)
    } else {
        let number = scaled(amount.0, divisor, 3);
        format!("{}\u{a0}{letter}\u{a0}ZRA", number.trim_end_matches('0').trim_end_matches('.'))
    }
}

/// The sentence with a capital letter in front.
#[must_use]
pub fn capital(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Slots of one second as people say durations: `35 s`, `1 min 35 s`, `2 h 06 min`, `6 d 17 h`.
#[must_use]
pub fn duration(seconds: u64) -> String {
    let (m, h, d) = (60, 3_600, 86_400);
    if seconds < 2 * m {
        format!("{seconds}\u{a0}s")
    } else if seconds < 2 * h {
        format!("{}\u{a0}min\u{a0}{:02}\u{a0}s", seconds / m, seconds % m)
    } else if seconds < 2 * d {
        format!("{}\u{a0}h\u{a0}{:02}\u{a0}min", seconds / h, seconds % h / m)
    } else {
        format!("{}\u{a0}d\u{a0}{:02}\u{a0}h", count(seconds / d), seconds % d / h)
    }
}

/// A time that was measured, three digits of it: `412 µs`, `1.84 ms`, `12.4 ms`, `3.07 s`.
#[must_use]
pub fn micros(us: u64) -> String {
    match us {
        0..1_000 => format!("{us}\u{a0}µs"),
        1_000..1_000_000 => format!("{}\u{a0}ms", digits(us, 1_000)),
        _ => format!("{}\u{a0}s", digits(us, 1_000_000)),
    }
}

/// How many times `part` goes into `whole`, three digits of it: `2.61`, `14.2`; a dash when there is no part.
#[must_use]
pub fn ratio(whole: u64, part: u64) -> String {
    if part == 0 { "–".into() } else { digits(whole, part) }
}

/// `value / unit`, with as many decimals as make three digits.
fn digits(value: u64, unit: u64) -> String {
    let (value, unit) = (u128::from(value), u128::from(unit.max(1)));
    let decimals = match value / unit {
        0..10 => 2,
        10..100 => 1,
        _ => 0,
    };
    let ten = 10u128.pow(decimals);
    let scaled = value * ten / unit;
    let (whole, rest) = (scaled / ten, scaled % ten);
    if decimals == 0 { thousands(whole) } else { format!("{whole}.{rest:0width$}", width = decimals as usize) }
}

/// Gas in a narrow place: `980`, `12.4 k`, `3.07 M`.
#[must_use]
pub fn gas_short(gas: u64) -> String {
    match gas {
        0..10_000 => count(gas),
        10_000..1_000_000 => format!("{}\u{a0}k", digits(gas, 1_000)),
        _ => format!("{}\u{a0}M", digits(gas, 1_000_000)),
    }
}

/// `part` of `whole` in per cent: `81 %`; a dash when there is no whole.
#[must_use]
pub fn percent(part: u64, whole: u64) -> String {
    let hundred = u128::from(part) * 100;
    match hundred.checked_div(whole.into()) {
        None => "–".into(),
        Some(0) if part > 0 => "<1\u{a0}%".into(),
        Some(share) => format!("{share}\u{a0}%"),
    }
}

/// `212 B`, `14.7 kB`, `1.8 MB`; thousands, as disks are sold.
#[must_use]
pub fn bytes(number: u64) -> String {
    let tenth = |unit: u64| format!("{}.{}", count(number / unit), number % unit * 10 / unit);
    match number {
        0..1_000 => format!("{number}\u{a0}B"),
        1_000..1_000_000 => format!("{}\u{a0}kB", tenth(1_000)),
        1_000_000..1_000_000_000 => format!("{}\u{a0}MB", tenth(1_000_000)),
        _ => format!("{}\u{a0}GB", tenth(1_000_000_000)),
    }
}

/// 8 + 6 characters of a long one; short ones whole.
#[must_use]
pub fn short(text: &str) -> String {
    if text.len() <= 17 || !text.is_ascii() {
        return text.to_owned();
    }
    format!("{}…{}", &text[..8], &text[text.len() - 6..])
}

/// `Fri 27 Nov, 02:16:40 UTC` of seconds since 1970.
#[must_use]
pub fn date(unix_seconds: u64) -> String {
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let days = unix_seconds / 86_400;
    let of_day = unix_seconds % 86_400;
    let (year, month, day) = civil(days);
    let name = DAYS.get((days % 7) as usize).copied().unwrap_or_default();
    let month = MONTHS.get(month.saturating_sub(1) as usize).copied().unwrap_or_default();
    let clock = format!("{:02}:{:02}:{:02}\u{a0}UTC", of_day / 3_600, of_day % 3_600 / 60, of_day % 60);
    format!("{name} {day} {month} {year}, {clock}")
}

/// `10:02 UTC` of seconds since 1970.
#[must_use]
pub fn clock(unix_seconds: u64) -> String {
    let of_day = unix_seconds % 86_400;
    format!("{:02}:{:02}\u{a0}UTC", of_day / 3_600, of_day % 3_600 / 60)
}

/// Year, month, day of a day number since 1970 (Howard Hinnant's `civil_from_days`, for days from 1970 on).
fn civil(days: u64) -> (u64, u64, u64) {
    let z = days + 719_468;
    let era = z / 146_097;
    let doe = z % 146_097;
    let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    (yoe + era * 400 + u64::from(month <= 2), month, doy - (153 * mp + 2) / 5 + 1)
}

/// A share in parts per million as per cent: `12.5`.
#[must_use]
pub fn percent_ppm(ppm: u32) -> String {
    let (whole, rest) = (ppm / 10_000, ppm % 10_000);
    if rest == 0 { count(whole.into()) } else { format!("{whole}.{rest:04}").trim_end_matches('0').to_owned() }
}

/// Someone's words made harmless: characters that nobody sees, or that turn the direction of what follows, are written
/// out as `[U+202E]`. Markup needs nothing: the page writes text, never HTML.
#[must_use]
pub fn safe(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    for c in words.chars() {
        if is_hidden(c) { out.push_str(&format!("[U+{:04X}]", u32::from(c))) } else { out.push(c) }
    }
    out
}

/// [`safe`] for several lines: a line break stays one.
#[must_use]
pub fn safe_lines(words: &str) -> String {
    words.lines().map(safe).collect::<Vec<_>>().join("\n")
}

/// Controls, direction marks and overrides, zero-width and tag characters, other spaces than the plain one.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_others_cannot_hide_or_turn_anything() {
        assert_eq!(safe("pay \u{202e}0001\u{202c} ZRA"), "pay [U+202E]0001[U+202C] ZRA");
        assert_eq!(safe("a\u{200b}b\u{feff}\u{0}\n"), "a[U+200B]b[U+FEFF][U+0000][U+000A]");
        assert_eq!(safe("<script>alert(1)</script> שלום é 中"), "<script>alert(1)</script> שלום é 中");
        assert_eq!(safe_lines("one\r\ntwo\u{2066}"), "one\ntwo[U+2066]");
        assert_eq!(
            (percent_ppm(1_000_000), percent_ppm(125_000), percent_ppm(1)),
            ("100".into(), "12.5".into(), "0.0001".into())
        );
    }

    #[test]
    fn gaps_are_filled_and_odd_braces_survive() {
        assert_eq!(fill("{0} of {1}, {0}", &["a", "b"]), "a of b, a");
        assert_eq!(fill("{7} {x} end", &["a"]), "  end");
        assert_eq!(fill("open { brace", &[]), "open  brace");
    }

    #[test]
    fn numbers_durations_and_dates_read_as_the_look_asks() {
        assert_eq!(thousands(1_482_331), "1,482,331");
        assert_eq!(scaled(1_316_400_000_000_000, 1_000_000_000_000_000, 3), "1.316");
        assert_eq!(zra_short(Amount::zra(10_000_000)), "10\u{a0}M\u{a0}ZRA");
        assert_eq!(duration(95), "95\u{a0}s");
        assert_eq!(duration(7_560), "2\u{a0}h\u{a0}06\u{a0}min");
        assert_eq!(
            [412, 1_843, 12_409, 999_999, 3_070_000].map(micros),
            ["412\u{a0}µs", "1.84\u{a0}ms", "12.4\u{a0}ms", "999\u{a0}ms", "3.07\u{a0}s"]
        );
        assert_eq!((ratio(47, 18), ratio(1, 0), ratio(0, 3)), ("2.61".into(), "–".into(), "0.00".into()));
        assert_eq!([9_999, 12_400, 3_070_000].map(gas_short), ["9,999", "12.4\u{a0}k", "3.07\u{a0}M"]);
        assert_eq!(
            (percent(81, 100), percent(u64::MAX, 0), percent(1, 101)),
            ("81\u{a0}%".into(), "–".into(), "<1\u{a0}%".into())
        );
        assert_eq!(bytes(148_212), "148.2\u{a0}kB");
        assert_eq!(date(951_827_696), "Tue 29 Feb 2000, 12:34:56\u{a0}UTC");
        assert_eq!(date(0), "Thu 1 Jan 1970, 00:00:00\u{a0}UTC");
        assert_eq!(short("0123456789abcdef0123"), "01234567…ef0123");
    }
}
