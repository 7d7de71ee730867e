//! The output contract stays, nothing contradicts it, no placeholder is left, and no text plays marker or master.
//!
//! What it cannot see: a contradiction in a wording that names no format ("be silent on the reasons"), and the effect of
//! a rule about the reply's style on a model that then breaks its format.

use super::finding::{Check, Violation};
use super::pattern::{Wordings, folded_pattern, pattern};
use super::text::{Piece, sentences};
use crate::prompt::Prompt;
use crate::rubric::Contract;
use regex::Regex;
use std::sync::LazyLock;

/// What `{reply}` stands for in a wording.
const REPLY: &str = r"(?:repl(?:y|ies)|answers?|respon(?:d|se|ses)|outputs?|return|format(?:ted)?|write|print|produce|give|use|put|state|provide|present|wrap|antworte|gib|réponds|répondez|responde|state)";

/// Pattern, reason, and whether a negation before it makes it harmless: `no Markdown`.
const WORDINGS: &[(&str, &str, bool)] = &[
    (
        r"\b{reply}\b[^.;]{0,40}\b(?:plain text|free text|xml|yaml|toml|csv|html|markdown|latex|a (?:markdown )?table|bullet points?|a bullet(?:ed)? list|prose|a letter grade|an? (?:single )?letter|emojis?|roman numerals?|words instead of|natural language)\b",
        "asks for another format of the reply",
        true,
    ),
    (
        r"\b{reply}\b[^.;]{0,30}\b(?:only|just|solely|nothing but|simply)\s+(?:with\s+)?(?:the|an?|one)?\s*(?:bare\s+|single\s+|final\s+)?(?:number|digit|rating|integer|score|word|letter|figure|zahl|chiffre|número|grade|value)\b",
        "asks for less than the contract's fields",
        true,
    ),
    (
        r"\b{reply}\b[^.;]{0,30}\b(?:an?|the|one)\s+(?:bare\s+|single\s+|final\s+)*(?:number|digit|integer|word|letter)\s+(?:only|alone|and nothing else|without)",
        "asks for less than the contract's fields",
        true,
    ),
    (
        r"\b{reply}\b[^.;]{0,30}\b(?:yes (?:or|and) no|true or false|oui ou non|ja oder nein)\b",
        "asks for another format of the reply",
        true,
    ),
    (
        r"\b(?:only|just)\s+(?:the\s+)?(?:number|digit|bare integer|integer)\s*(?:\.|,|$|and nothing|without|as)",
        "asks for less than the contract's fields",
        true,
    ),
    (
        r"\b(?:no|without|instead of|rather than|not (?:in|as|use|return|write)|never (?:use|return|write)|do not (?:use|return|write|reply in|answer in|output)|don['’]t (?:use|return|write|reply in|answer in|output)|drop the|forget the|ignore the|skip the)\s+(?:any\s+|an?\s+|the\s+)?json\b",
        "takes the JSON object away",
        false,
    ),
    (
        r"\b(?:ignore|forget|disregard|override|skip|drop|replace|change)\s+(?:the\s+|any\s+|that\s+)?(?:output|reply|response|answer)?\s*(?:contract|format(?:ting)?(?: rules?| instructions?)?|schema)\b",
        "sets the contract aside",
        true,
    ),
    (
        // "Give the fields", of all that there are, adds none; "add the field …" does.
        r"\b(?:add|append|insert|introduce)\s+(?:also\s+)?(?:an?|the|another|one more|two|three|further|extra|additional)\s+(?:[\x22“'‘`]?\w+[\x22”'’`]?\s+)?(?:extra\s+|additional\s+|further\s+|new\s+|second\s+)*(?:field|key|property|attribute)s?\b|\b(?:include|output|return|give|provide|report)\s+(?:also\s+)?(?:an?|another|one more|two|three|further|extra|additional)\s+(?:[\x22“'‘`]?\w+[\x22”'’`]?\s+)?(?:extra\s+|additional\s+|further\s+|new\s+|second\s+)*(?:field|key|property|attribute)s?\b",
        "adds a field to the reply",
        true,
    ),
    (
        r"\b(?:rename|replace|call|change|drop|remove|omit)\b[^.;]{0,30}\b(?:field|key|property)\b|\b(?:field|key|property)\s+(?:called\s+|named\s+)?[\x22“'‘`]?(?:score|grade|label|relevance|result|value|explanation|reason|answer|verdict)\b",
        "renames a field of the reply",
        true,
    ),
    (
        r"\b(?:skip|omit|drop|leave out|leave away|do not (?:write|give|include|add|provide)|don['’]t (?:write|give|include|add|provide))\s+(?:any\s+|an?\s+|the\s+|your\s+)?(?:rationale|explanation|reasoning|justification)s?\b|\b(?:without|no)\s+(?:any\s+|an?\s+|the\s+|your\s+)?rationale\b|\b(?:reply|answer|respond|output|rate|rating|number)\b[^.;]{0,20}\bwithout\s+(?:any\s+|an?\s+)?(?:explanation|reasoning|justification)\b|^\W*no (?:explanation|reasoning|justification)\b|\b(?:rationale|explanation|reasoning) (?:empty|blank)\b|\b(?:do not|don['’]t|never) (?:explain|justify)\s*(?:\.|,|$|your|the|anything|why)",
        "takes the rationale away",
        false,
    ),
    (
        r"\b(?:rating|number|score|grade)\s+(?:comes\s+|goes\s+|is\s+)?(?:first\b|before (?:the|your|any) (?:rationale|explanation|reasoning))|\bfirst\s+(?:give|state|write|output)\s+(?:the|a|your)\s+(?:rating|score|number|grade)\b|\b(?:explain|reason|justify)[^.;]{0,20}\b(?:after|afterwards)\b[^.;]{0,20}\b(?:rating|score|number)\b",
        "turns the order of the fields round",
        true,
    ),
    (
        r"\b(?:output|reply|response|answer)\s+format\b\s*[:=]|\b(?:start|begin|end|finish|conclude|prefix|precede|close)\s+(?:the|your|each|every)\s+(?:repl(?:y|ies)|answers?|responses?|outputs?)\b|</?[a-z_]{2,20}>",
        "asks for another format of the reply",
        true,
    ),
    (
        r"\b(?:rating|number|score)s?\s+(?:as|in)\s+(?:an?\s+)?(?:words?|letters?|roman numerals?|strings?|emojis?|lists?|sentences?)\b",
        "asks for another format of the reply",
        true,
    ),
    (
        r"\b(?:wrap|enclose|embed|surround|put)\b[^.;]{0,25}\b(?:json|object|reply|response)\b|\b(?:before|after|around|outside(?: of)?)\s+(?:the|your)\s+(?:json|object)\b|\bjson\s+(?:object\s+)?(?:may|can|could|need not|is optional)\b",
        "asks for text around the JSON object",
        true,
    ),
    (
        r"\b(?:reply|answer|respond|write|explain|rationale)\b[^.;]{0,25}\bin\s+(?:german|french|spanish|italian|portuguese|dutch|the\s+(?:(?:query|document)['’]s\s+)?language)\b",
        "asks for the reply in another language",
        true,
    ),
    (
        r"\b(?:instead of|rather than|in place of)\s+(?:the\s+field\s+)?[\x22“'‘`]\w+[\x22”'’`]|\bfield\s+(?:called|named)\b",
        "renames a field of the reply",
        false,
    ),
    (
        r"\bletter grades?\b|\bfrom a to [d-f]\b|\b[a-c], ?[b-d](?:, ?[c-e])* or [c-f]\b|\b(?:array|list) of (?:json|objects|ratings)\b|\b(?:two|several|multiple) (?:json )?objects\b",
        "asks for another format of the reply",
        true,
    ),
];

type Negatable = (&'static str, bool);

static ALL_WORDINGS: LazyLock<Wordings<Negatable>> = LazyLock::new(|| {
    let wording = |&(source, reason, negatable): &(&str, _, _)| (source.replace("{reply}", REPLY), (reason, negatable));
    Wordings::new(WORDINGS.iter().map(wording))
});

/// A negation or a quotation of what others do, right before.
static NEGATED: LazyLock<Regex> =
    LazyLock::new(|| folded_pattern(r"\b(?:not|no|never|don['’]t|without|nor|avoid|instead of)(?:\s+\w+){0,3}\s*$"));
/// A negation inside: `reply without any Markdown`.
static NEGATION: LazyLock<Regex> =
    LazyLock::new(|| folded_pattern(r"\b(?:not|no|never|don['’]t|without|instead of|nor)\b"));

static CONFIDENCE: LazyLock<Regex> = LazyLock::new(|| {
    folded_pattern(
        r"\b(?:include|add|give|report|state|output|provide|return)\s+(?:also\s+)?(?:an?|your|the)\s+(?:confidence|certainty|probability)\b",
    )
});
static FIELD: LazyLock<Regex> = LazyLock::new(|| pattern(r#"["“`'](?P<name>\w+)["”`']\s*:"#));
static PLACEHOLDER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\{\{?\s*[\p{L}_][\w .-]*\}?\}|<\s*(?i:insert|your|placeholder|fill|curr|input)[^<>\n]{0,40}>|\[\s*(?i:insert|your|placeholder|fill in|todo|tbd)\b[^\]\n]{0,60}\]|\bTODO\b|\bTBD\b|\bXXX+\b|\$\{[^}\n]{1,40}\}|%\([a-z_]+\)s",
    )
});
const MARKERS: &[(&str, &str)] = &[
    (
        r"\[\s*/?\s*[0-9a-f]{6,}(?:\s+\w+)?\s*\]|\[\s*(?:end|item|begin)\s+[0-9a-f]{6,}\s*\]",
        "imitates the markers around an item or a quotation",
    ),
    (
        r"<\|?\s*/?\s*(?:im_start|im_end|system|user|assistant|endoftext|eot_id|start_header_id)\s*\|?>|\[/?inst\]|<</?sys>>|^[\s#*-]*(?:system|assistant|user|human)\s*:",
        "imitates a chat role",
    ),
    (
        r"(?:^[\s*•-]*|,\s*|\b(?:always|then|please|also|and|(?:you|judge|assessor) (?:must|should|will|shall|may|can))\s+)(?:follow|obey|comply with|carry out|execute|adopt|respect|fulfil)\s+(?:any\s+|all\s+|the\s+|every\s+|each\s+|its\s+)*(?:instruction|command|request|order|direction|wish|demand)e?s?\b[^.;]{0,30}\b(?:document|item|page|text|title|metadata)s?\b",
        "makes the judge obey the document",
    ),
    (
        r"\b(?:follow|obey|comply with|do|accept|believe|follow)\s+(?:what(?:ever)?|anything|everything)\s+(?:that\s+)?(?:(?:the|a|an|any)\s+)?(?:document|item|page|text|title)\s+(?:itself\s+)?(?:says|tells|asks|states|demands|wants|commands|requests)|\bobey(?:s|ing)?\s+(?:the\s+|any\s+|every\s+)?(?:document|item|page|text)s?\b|\b(?:follow|obey|execute|carry out)\s+(?:the\s+)?(?:document|item|page|text)['’]s\s+(?:instruction|command|request|order|wish)e?s?\b",
        "makes the judge obey the document",
    ),
    (
        r"\b(?:if|when(?:ever)?)\s+(?:the|a)\s+(?:document|item|page|text|title)\s+(?:asks|tells|instructs|orders|requests|demands|commands|wants|requires)\s+(?:you|the judge|the assessor|the rater|for an?\s+(?:\w+\s+)?(?:rating|score))\b[^.;]*\b(?:do (?:so|it|that)|obey|comply|follow|give (?:it|that)|use (?:it|that)|accept|believe)",
        "makes the judge obey the document",
    ),
    (
        r"\b(?:use|take|copy|adopt|repeat|trust|accept|give)\s+(?:the\s+|any\s+)?(?:rating|score|grade|number)\s+(?:that\s+)?(?:(?:the|a)\s+)?(?:document|item|page|text|title)\s+(?:itself\s+)?(?:states|gives|claims|asks|suggests|names|says|proposes|demands|wants)",
        "makes the judge obey the document",
    ),
    (
        r"\b(?:whatever|everything|anything)\s+(?:that\s+)?(?:the|a|an|any)\s+(?:document|item|page|text|title)\s+(?:tells|asks|commands|demands|orders|instructs)\b|\b(?:treat|read|take|regard|understand)\b[^.;]{0,40}\b(?:document|item|page)\b[^.;]{0,20}\bas\s+(?:an?\s+)?(?:instruction|command|order|request)s?\b",
        "makes the judge obey the document",
    ),
    (
        r"\b(?:lines?|markers?)\s+(?:that\s+)?(?:carry|carries|with|bear|bears|have|has)\s+(?:a|the)\s+code\b|\b(?:marker|closing|opening) (?:lines?|code)\b",
        "speaks of the markers around an item",
    ),
];

static ALL_MARKERS: LazyLock<Wordings<&str>> =
    LazyLock::new(|| Wordings::new(MARKERS.iter().map(|(source, reason)| ((*source).to_owned(), *reason))));

/// Compiles what most candidates need.
pub(super) fn prepare() {
    LazyLock::force(&ALL_WORDINGS);
    LazyLock::force(&ALL_MARKERS);
}

/// Finds faults of contract, placeholders and markers.
pub(super) fn check(
    candidate: &Prompt,
    base: &Prompt,
    added: &[Piece<'_>],
    low: &[Piece<'_>],
    contract: &Contract,
    found: &mut Vec<Violation>,
) {
    if candidate.contract != base.contract {
        found.push(Violation::whole(Check::Contract, "the output contract is not the base's, byte for byte"));
    }
    for (line, low) in added.iter().zip(low) {
        for sentence in sentences(low) {
            wordings(&sentence, found);
            obedience(&sentence, found);
        }
        fields(line, low, contract, found);
        if line.text.contains(['{', '<', '[', '$', '%', 'T', 'X']) {
            for hit in PLACEHOLDER.find_iter(line.text) {
                let (start, end) = (line.start + hit.start(), line.start + hit.end());
                found.push(Violation::at(Check::Placeholders, "a placeholder is left in the text", start, end));
            }
        }
    }
}

fn wordings(sentence: &Piece<'_>, found: &mut Vec<Violation>) {
    for (pattern, (reason, negatable)) in ALL_WORDINGS.met(sentence.text) {
        let Some(hit) = pattern.find(sentence.text) else { continue };
        let inside = hit.as_str().replace("yes or no", "");
        if *negatable && (NEGATED.is_match(&sentence.text[..hit.start()]) || NEGATION.is_match(&inside)) {
            continue;
        }
        let (start, end) = (sentence.start + hit.start(), sentence.start + hit.end());
        found.push(Violation::at(Check::Contract, *reason, start, end));
    }
}

fn fields(line: &Piece<'_>, low: &Piece<'_>, contract: &Contract, found: &mut Vec<Violation>) {
    if contract.confidence.is_none()
        && let Some(hit) = CONFIDENCE.find(low.text)
    {
        let (start, end) = (line.start + hit.start(), line.start + hit.end());
        found.push(Violation::at(Check::Contract, "adds a field to the reply", start, end));
    }
    if !line.text.contains(':') {
        return;
    }
    for hit in FIELD.captures_iter(line.text) {
        if let Some(all) = hit.get(0)
            && !contract.names().any(|name| *name == hit["name"])
        {
            let (start, end) = (line.start + all.start(), line.start + all.end());
            found.push(Violation::at(Check::Contract, "names a field that the contract does not have", start, end));
        }
    }
}

fn obedience(sentence: &Piece<'_>, found: &mut Vec<Violation>) {
    for (pattern, reason) in ALL_MARKERS.met(sentence.text) {
        if let Some(hit) = pattern.find(sentence.text)
            && !NEGATED.is_match(&sentence.text[..hit.start()])
        {
            let (start, end) = (sentence.start + hit.start(), sentence.start + hit.end());
            found.push(Violation::at(Check::Markers, *reason, start, end));
        }
    }
}
