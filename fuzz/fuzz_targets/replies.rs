//! No bytes panic the envelope or the reply ladder, and no reply without the rating's name yields a rating.
//!
//! `RUSTC_BOOTSTRAP=1 cargo fuzz run -s none -D replies` (with nightly: `cargo fuzz run replies`).

#![no_main]

use assessor::judge::foreign::{Foreign, Fractions, read_foreign};
use assessor::judge::{JudgeSpec, PARSER, Sampling, ladder, read};
use assessor::prompt::Prompt;
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

static JUDGE: LazyLock<JudgeSpec> = LazyLock::new(|| {
    let rubric = assessor::rubric::shipped();
    let prompt = Prompt::of(&rubric);
    let sampling = Sampling { temperature: None, max_tokens: 1, seed: 0, extra: Default::default(), structured: None };
    JudgeSpec { rubric, prompt, model: "fuzz".into(), address: None, sampling, parser: PARSER }
});

fuzz_target!(|data: &[u8]| {
    let _ = read(&JUDGE, "", data);
    if let Ok(text) = std::str::from_utf8(data) {
        for fractions in [Fractions::Malformed, Fractions::Down] {
            for name in [None, Some("rating".to_owned())] {
                let how = Foreign { name, fractions };
                let verdict = read_foreign(text, &how, &JUDGE.rubric.contract, JUDGE.rubric.scale);
                assert!(verdict.rating().is_none() || text.contains(|c: char| c.is_ascii_digit() || c == '\\'));
            }
        }
        let reply = ladder::Reply { text: Some(text), ..ladder::Reply::default() };
        let verdict = ladder::read(reply, "", &JUDGE.rubric.contract, JUDGE.rubric.scale);
        // `\u0072ating` spells the name, too.
        if verdict.rating().is_some() {
            assert!(text.contains("rating") || text.contains("\\u"), "a rating out of nowhere: {text:?}");
        }
    }
});
