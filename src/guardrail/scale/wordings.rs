//! The wordings that change a scale, for folded text.

use crate::guardrail::pattern::Wordings;
use std::sync::LazyLock;

/// Digits, and number words of the four languages in which ranges are known.
pub(super) const NUMBER: &str = r"(?:-?\d{1,4}|zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|hundred|null|eins|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|hundert|zéro|un|deux|trois|quatre|cinq|sept|huit|neuf|dix|cent|cero|uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|cien)";

/// What `{never}` stands for.
const NEVER: &str =
    r"(?:never|don['’]t|do not|must not|mustn['’]t|should not|cannot|can['’]t|stop|refrain from|avoid|no longer)";

/// A reason, and whether a condition after the wording makes it an ordinary rule: `never give a 5 when …`.
pub(super) type Rule = (&'static str, bool);

/// All of them.
pub(super) static RULES: LazyLock<Wordings<Rule>> = LazyLock::new(|| {
    let spelled = |source: &str| source.replace("{never}", NEVER).replace("{number}", NUMBER);
    let all = [LEVELS_TAKEN, OTHER_ENDS, OFF_SCALE, OTHER_SCALES];
    Wordings::new(
        all.into_iter().flatten().map(|(source, reason, conditional)| (spelled(source), (*reason, *conditional))),
    )
});

type Table = &'static [(&'static str, &'static str, bool)];

/// Levels that are taken away or merged. A group `level` must be on the scale.
const LEVELS_TAKEN: Table = &[
    // A condition in front makes it an ordinary rule, so it has to open its sentence; so does a purpose behind.
    (
        r"^[\s*•-]*(?:(?:please|just|simply|you (?:must|should)|the judge (?:must|should))\s+)*always\s+(?:answer|give|rate|assign|choose|use|pick|return|output|say|reply|respond|select|score)\s+(?:with\s+)?(?:(?:it|them|everything|all documents|every document)\s+)?(?:as\s+|with\s+)?(?:an?\s+|the\s+)?(?:(?:rating|score|level|number)\s+)?(?:of\s+)?(?P<level>{number})\s*(?:[.;!]|$|,?\s*(?:to be (?:safe|sure|on the safe side)|for safety|by default|in any case|regardless\b|whatever\b|no matter\b))[^.;]*",
        "a level for all takes the others away",
        true,
    ),
    (
        r"\b(?:everything|anything|whatever|all documents|all pages|all texts|every document|any document)\s+(?:that\s+|which\s+)?(?:is|are)\s*(?:not|n['’]t)\s+(?:an?\s+)?-?\d+,?\s+(?:is|are|gets?|becomes?|must be|should be|receives?|deserves?|counts as|earns?)\s+(?:an?\s+)?(?P<level>-?\d+)\b",
        "a level for all takes the others away",
        true,
    ),
    (
        r"\b(?:everything else|anything else|all the rest|the rest|all others?|all other (?:documents|pages|texts|items))\s+(?:is|are|gets?|becomes?|must be|should be|receives?|deserves?|counts as|earns?)\s+(?:an?\s+)?(?P<level>-?\d+)\s*(?:[.,;!]|$)",
        "a level for all takes the others away",
        true,
    ),
    (
        r"\b{never}\s+(?:ever\s+)?(?:giv(?:e|ing)|us(?:e|ing)|assign(?:ing)?|award(?:ing)?|cho(?:o|)s(?:e|ing)|pick(?:ing)?|select(?:ing)?|output(?:ting)?|return(?:ing)?|rat(?:e|ing))\s+(?:out\s+)?(?:(?:it|them|anything|any document|a document|documents)\s+)?(?:as\s+)?(?:an?\s+|the\s+)?(?:(?:rating|score|grade|level|number|value)s?\s+)?(?:of\s+)?(?P<level>{number})\b",
        "a level of the scale is taken away",
        true,
    ),
    (
        r"\bavoid\s+(?:the\s+)?(?:ratings?|scores?|levels?|values?|grades?)?\s*(?:of\s+)?(?P<level>{number})\b",
        "a level of the scale is taken away",
        true,
    ),
    (
        r"\b(?:ratings?|scores?|levels?|grades?)\s+(?:of\s+)?(?P<level>{number})\s+(?:are|is|must be|should be|shall be)\s+(?:now\s+)?(?:forbidden|banned|prohibited|disallowed|unused|off limits|to be avoided|not (?:allowed|used|permitted|available)|never (?:used|given|chosen))\b",
        "a level of the scale is taken away",
        true,
    ),
    (
        r"\b(?:skip|drop|leave out|ignore|remove|eliminate|forget|exclude|omit)\s+(?:the\s+)?(?:rating|score|level|grade|value)s?\s+(?P<level>-?\d+)\b",
        "a level of the scale is taken away",
        false,
    ),
    (
        r"\b(?:nothing|no\s+(?:document|page|text|item|result|one|answer))\s+(?:ever\s+)?(?:can\s+|should\s+|may\s+|must\s+)?(?:gets?|deserves?|receives?|earns?|scores?|is)\s+(?:ever\s+)?(?:an?\s+|worth\s+an?\s+)?(?P<level>-?\d+)\b",
        "a level of the scale is taken away",
        true,
    ),
    (
        r"\b(?:only|just)\b[^.;]{0,15}\b(?:odd|even)\s+(?:ratings?|numbers?|levels|scores?|values)\b|\b(?:odd|even)\s+(?:ratings?|numbers?|levels|scores?|values)\s+only\b",
        "levels of the scale are taken away",
        false,
    ),
    (
        r"\b(?P<level>-?\d+)\s+and\s+-?\d+\s+(?:are|mean|count as|is)\s+(?:the same|equal|equivalent|interchangeable|one)\b",
        "levels of the scale are merged",
        false,
    ),
    (
        r"\b(?:merge|collapse|combine|fold|lump|join|group)\s+(?:the\s+)?(?:(?:rating|score|level|grade|value)s?\s+)?(?:of\s+)?(?P<level>-?\d+)\s*(?:and|with|into|&|,|/)\s*(?:the\s+)?-?\d+\b",
        "levels of the scale are merged",
        false,
    ),
    (
        r"\b(?:treat|count|regard|consider)\s+(?P<level>-?\d+)\s+(?:and|or)\s+-?\d+\s+(?:as\s+)?(?:the\s+same|equal|alike|equivalent|identical)",
        "levels of the scale are merged",
        false,
    ),
    (
        r"(?:^|[^t]\s+)\b(?:avoid|never (?:use|give|choose|assign)|do not (?:use|give|choose|assign)|don['’]t (?:use|give|choose|assign)|stay away from|shy away from|steer clear of)\s+(?:the\s+|giving\s+|using\s+|any\s+|both\s+)*(?:extremes?|extreme (?:ratings?|scores?|values?|levels?|ends)|ends? of the (?:scale|range)|end ?points?|(?:lowest and highest|highest and lowest|top and bottom|outer|outermost) (?:ratings?|scores?|levels?|values?|ends?))\b",
        "the ends of the scale are taken away",
        true,
    ),
    (
        r"\b(?:stay|remain|keep|stick|rate|use|choose|prefer)\b[^.;]{0,30}\b(?:the\s+)?(?:middle|centre|center|mid-?range)\s+(?:of the (?:scale|range)|ratings?|levels?|values?)\b",
        "the ends of the scale are taken away",
        true,
    ),
];

/// Ends of another scale. A group `end` must be none of the scale's own.
const OTHER_ENDS: Table = &[
    (
        r"\bno\s+(?:ratings?|scores?|grades?)\s+(?:above|over|below|under|higher than|lower than|other than|except)\s+(?:an?\s+)?(?P<level>-?\d+)\b",
        "the scale gets another end",
        true,
    ),
    (r"\b(?:maximum|minimum)\s+(?:is|becomes|=)\s+(?:an?\s+)?(?P<end>-?\d+)\b", "the scale gets another end", true),
    (
        r"\b(?:highest|top|maximum|max|best|lowest|minimum|worst)\s+(?:possible\s+|allowed\s+|available\s+)?(?:rating|score|grade|level|mark)\s+(?:is|becomes|=|shall be|should be|must be)\s+(?:an?\s+)?(?P<end>-?\d+)\b",
        "the scale gets another end",
        true,
    ),
    (
        r"\bnever\s+(?:rate|score|go|give|rise|get)\s+(?:anything\s+|a document\s+|any document\s+|documents\s+|ratings?\s+)?(?:above|over|below|under|higher than|lower than|more than|less than)\s+(?:an?\s+)?(?P<level>-?\d+)\b",
        "the scale gets another end",
        true,
    ),
];

/// Ratings that are no level. A group `off` must be off the scale.
const OFF_SCALE: Table = &[
    (
        r"\b(?:use|choose|pick|select|return|output|answer)\s+(?:an?\s+|the\s+(?:rating|number|value|score)\s+)?(?P<off>-?\d+)\b",
        "a rating off the scale",
        false,
    ),
    (
        r"\b(?:ratings?|scores?|grades?|marks?)\s*(?:of|:|=|is|at)\s*(?:an?\s+)?(?P<off>-?\d+)\b",
        "a rating off the scale",
        false,
    ),
    (
        r"\b(?:rate|score|grade)\s+(?:an?|the|any|such|every|all|these|those)\s+(?:[\w-]+\s+){0,3}(?:page|document|text|item|one|draft|answer|result|ticket|thread|match|matche|post|note|copy|copie|link)s?\s+(?:as\s+|at\s+|with\s+)?(?:an?\s+)?(?P<off>-?\d+)\s*(?:[.,;]|$)",
        "a rating off the scale",
        false,
    ),
    (
        r"\b(?:give|assign|award|gets?|deserves?|receives?|score|rate|worth)\s+(?:(?:it|them|these|this|those|such (?:documents?|pages?|texts?))\s+)?(?:as\s+|at\s+|with\s+)?(?:an?\s+|the\s+(?:rating|score|grade)\s+)?(?P<off>-?\d+)\b",
        "a rating off the scale",
        false,
    ),
    (
        r"\b(?:half|quarter|decimal|fractional)[- ](?:points?|ratings?|scores?|steps?|stars?|levels?|values?|marks?)\b|\b(?:half|quarter) (?:of )?a (?:point|level|step|star)\b|\b(?:rating|score|rate|give|assign|use)\b[^.;]{0,25}[^\w.]\d[.,]\d\b",
        "ratings between the levels",
        false,
    ),
];

/// Other scales. Groups `points` and `stars` count levels, `of` is the highest.
const OTHER_SCALES: Table = &[
    (
        r"\b(?:rat(?:e|ing)s?|scores?|numbers?)\s+(?:is|are|as|must be|should be|with)\s+(?:an?\s+)?(?:probabilit(?:y|ies)|likelihood|float(?:ing)?|real number|continuous)\b",
        "another scale",
        false,
    ),
    (
        r"\b(?:one of|only|just|these)\s+(?P<points>two|three|four|five|six|seven|eight|nine|ten|eleven|\d+)\s+(?:levels|ratings|grades|values|scores|classes|categories|buckets)\b",
        "another scale",
        false,
    ),
    (
        r"\b(?:(?P<points>\d+|two|three|four|five|six|seven|eight|nine|ten|eleven|hundred)[- ](?:point|level|step|star|grade|way|tier)s?\s+(?:likert\s+)?(?:scale|rating|system|range|scheme)|(?P<stars>\d+|one|two|three|four|five|six|seven|eight|nine|ten)[- ](?:stars?|thumbs)\b)",
        "another scale",
        false,
    ),
    (
        r"\b(?:out of|auf einer skala bis|sur une échelle de|sur|sobre)\s+(?P<of>\d+|ten|five|three|four|seven|hundred|zehn|dix|diez)\b",
        "another scale",
        false,
    ),
    (
        r"\b(?:binary|pass[ /-]+fail|thumbs[ -](?:up|down)|yes[ /-]+(?:or[ -]+)?no|relevant or (?:not relevant|irrelevant|not))\s*(?:scale|ratings?|judge?ments?|labels?|decisions?|scores?|grades?|only|$|\.)",
        "another scale",
        false,
    ),
    (
        r"\b(?:as|in|into|using)\s+(?:an?\s+)?(?:percent(?:age)?s?|decimals?|fractions?|stars)\b|\bpercentage\s+(?:rating|score|scale)s?\b|\b(?:rating|score|grade|rate(?:\s+(?:it|them))?)\s+(?:of\s+|at\s+|as\s+|with\s+|to\s+)?(?:an?\s+)?\d+\s*(?:%|percent)|\b\d+\s*(?:%|percent)\s+(?:relevant|relevance|rating|score)",
        "another scale",
        false,
    ),
    (
        r"\b(?:widen|extend|expand|shrink|narrow|reduce|shorten|stretch|change|replace|rescale|redefine|double|adapt|simplify)\s+(?:the\s+)?(?:rating\s+)?(?:scale|range of (?:the )?(?:ratings|scale))\b",
        "the scale is changed",
        false,
    ),
];
