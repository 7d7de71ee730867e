//! What a provider says about when to come back. Every hint may be missing, wrong or hostile; what cannot be read is no
//! hint, and how far a hint is followed is decided in [`super::retry`].

use super::envelope::ProviderError;
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use reqwest::header::HeaderMap;
use std::time::Duration;

/// LiteLLM passes an upstream's headers on under this prefix only.
const PROXIED: &str = "llm_provider-";

/// Longer waits say nothing more.
const LONGEST: f64 = 1e9;

/// How long the provider asks to wait, from the most to the least explicit hint.
///
/// Instants are taken relative to the reply's own `Date`, since only the distance is meant and clocks differ; `now`
/// stands in when there is none. Zero, negative, past and unreadable hints are `None`.
pub fn wait(headers: &HeaderMap, error: Option<&ProviderError>, now: Timestamp) -> Option<Duration> {
    let now = get(headers, "date").and_then(http_date).unwrap_or(now);
    let milliseconds = || get(headers, "retry-after-ms").and_then(number).and_then(|ms| seconds(ms / 1000.0));
    let after = || {
        let text = get(headers, "retry-after")?;
        number(text).map_or_else(|| until(http_date(text)?, now), seconds)
    };
    milliseconds()
        .or_else(after)
        .or_else(|| error.and_then(|e| e.retry_delay))
        .or_else(|| {
            resets(headers, "x-ratelimit-remaining-", "", "x-ratelimit-reset-", "", &["requests", "tokens"], now)
        })
        .or_else(|| {
            let kinds = ["requests", "tokens", "input-tokens", "output-tokens"];
            resets(headers, "anthropic-ratelimit-", "-remaining", "anthropic-ratelimit-", "-reset", &kinds, now)
        })
        .filter(|wait| !wait.is_zero())
}

/// `x-should-retry`, which overrules the status.
pub fn should_retry(headers: &HeaderMap) -> Option<bool> {
    match get(headers, "x-should-retry")? {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// A duration as Go prints it (`1m30.951s`, `120ms`), or bare seconds (Azure).
pub fn go_duration(text: &str) -> Option<Duration> {
    if let Some(bare) = number(text) {
        return seconds(bare);
    }
    let mut total = 0.0;
    let mut rest = text.trim();
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let value: f64 = rest[..digits].parse().ok()?;
        let tail = &rest[digits..];
        let unit = tail.find(|c: char| c.is_ascii_digit()).unwrap_or(tail.len());
        total += value
            * match &tail[..unit] {
                "h" => 3600.0,
                "m" => 60.0,
                "s" => 1.0,
                "ms" => 1e-3,
                "us" | "µs" | "μs" => 1e-6,
                "ns" => 1e-9,
                _ => return None,
            };
        rest = &tail[unit..];
    }
    seconds(total)
}

/// The longest of the resets whose allowance is used up, or whose allowance is not told.
fn resets(
    headers: &HeaderMap,
    left: &str,
    left_end: &str,
    reset: &str,
    reset_end: &str,
    kinds: &[&str],
    now: Timestamp,
) -> Option<Duration> {
    let used_up = |kind: &&&str| {
        let left = get(headers, &format!("{left}{kind}{left_end}"));
        left.and_then(number).is_none_or(|left| left <= 0.0)
    };
    let wait = |kind: &&str| {
        let text = get(headers, &format!("{reset}{kind}{reset_end}"))?;
        go_duration(text).or_else(|| until(text.parse().ok()?, now))
    };
    kinds.iter().filter(used_up).filter_map(wait).max()
}

fn get<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let value = headers.get(name).or_else(|| headers.get(format!("{PROXIED}{name}")));
    value?.to_str().ok().map(str::trim)
}

fn number(text: &str) -> Option<f64> {
    text.parse::<f64>().ok().filter(|x| x.is_finite())
}

fn seconds(seconds: f64) -> Option<Duration> {
    (seconds >= 0.0).then(|| Duration::from_secs_f64(seconds.min(LONGEST)))
}

fn until(then: Timestamp, now: Timestamp) -> Option<Duration> {
    Duration::try_from(then.duration_since(now)).ok()
}

fn http_date(text: &str) -> Option<Timestamp> {
    static PARSER: DateTimeParser = DateTimeParser::new();
    PARSER.parse_timestamp(text).ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use reqwest::header::{HeaderName, HeaderValue};

    const NOW: &str = "2026-11-20T12:00:00Z";

    fn hint(pairs: &[(&str, &str)]) -> Option<f64> {
        let header = |(n, v): &(&str, &str)| (n.parse::<HeaderName>().unwrap(), HeaderValue::from_str(v).unwrap());
        let headers: HeaderMap = pairs.iter().map(header).collect();
        wait(&headers, None, NOW.parse().unwrap()).map(|d| d.as_secs_f64())
    }

    #[test]
    fn each_hint_is_read() {
        let date = ("date", "Fri, 20 Nov 2026 12:00:00 GMT");
        assert_eq!(hint(&[]), None);
        assert_eq!(hint(&[("retry-after", "3")]), Some(3.0));
        assert_eq!(hint(&[("retry-after", "1.5")]), Some(1.5));
        assert_eq!(hint(&[("retry-after-ms", "250"), ("retry-after", "9")]), Some(0.25));
        assert_eq!(hint(&[("retry-after", "Fri, 20 Nov 2026 12:00:07 GMT"), date]), Some(7.0));
        assert_eq!(hint(&[("x-ratelimit-reset-requests", "1m30.5s")]), Some(90.5));
        assert_eq!(hint(&[("anthropic-ratelimit-input-tokens-reset", "2026-11-20T12:00:09Z"), date]), Some(9.0));
        assert_eq!(hint(&[("llm_provider-retry-after", "3")]), Some(3.0));
        assert_eq!(hint(&[("llm_provider-x-ratelimit-reset-tokens", "6m0s")]), Some(360.0));
    }

    #[test]
    fn an_instant_counts_from_the_replys_own_clock() {
        let skewed = [("retry-after", "Fri, 20 Nov 2026 13:00:02 GMT"), ("date", "Fri, 20 Nov 2026 13:00:00 GMT")];
        assert_eq!(hint(&skewed), Some(2.0));
        assert_eq!(hint(&[("retry-after", "Fri, 20 Nov 2026 12:00:05 GMT")]), Some(5.0));
    }

    #[test]
    fn a_hint_that_is_negative_past_or_junk_is_none() {
        for text in ["0", "-5", "soon", "", "NaN", "inf", "1e999", "Fri, 20 Nov 2020 12:00:00 GMT", "Fri, 99 Foo"] {
            assert_eq!(hint(&[("retry-after", text)]), None, "{text}");
        }
        assert_eq!(hint(&[("x-ratelimit-reset-tokens", "-1")]), None);
        assert_eq!(hint(&[("x-ratelimit-reset-tokens", "0")]), None);
    }

    #[test]
    fn a_huge_hint_is_a_finite_one() {
        assert_eq!(hint(&[("retry-after", "86400")]), Some(86400.0));
        assert_eq!(hint(&[("retry-after", "99999999999999999999")]), Some(LONGEST));
    }

    #[test]
    fn only_an_allowance_that_is_used_up_makes_wait() {
        let both = [("x-ratelimit-reset-requests", "60s"), ("x-ratelimit-reset-tokens", "2s")];
        let with = |more: &[(&'static str, &'static str)]| hint(&[&both, more].concat());
        assert_eq!(with(&[("x-ratelimit-remaining-requests", "5"), ("x-ratelimit-remaining-tokens", "0")]), Some(2.0));
        assert_eq!(with(&[("x-ratelimit-remaining-requests", "5"), ("x-ratelimit-remaining-tokens", "9")]), None);
        assert_eq!(with(&[]), Some(60.0));
    }

    #[test]
    fn go_durations_are_read_and_nothing_else() {
        let read = |text| go_duration(text).map(|d| d.as_secs_f64());
        assert_eq!(read("1h2m3s"), Some(3723.0));
        assert_eq!(read("120ms"), Some(0.12));
        assert_eq!(read("6m0s"), Some(360.0));
        assert_eq!(read("17"), Some(17.0));
        for junk in ["", "s", "-5s", "1x", "1m-3s", "..s"] {
            assert_eq!(read(junk), None, "{junk}");
        }
    }
}
