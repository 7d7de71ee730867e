//! What people search for.

use super::topics::{FAMILIES, LANGUAGES, Language, Topic, fill, topic};

/// Which of a topic's questions is asked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Ask {
    A,
    B,
    Both,
}

/// What a query wants beside its subject.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wish {
    Nothing,
    /// A document of this type.
    Type(&'static str),
    /// How it used to be.
    History,
    /// The document in this language.
    Language(&'static str),
    /// What holds for this audience (index into the language's list).
    Scope(usize),
}

/// The numbers that documents name.
pub(super) struct Figures([(&'static str, String); 5]);

impl Figures {
    pub(super) fn draw(d: &mut super::Draw) -> Self {
        let (n, m) = (d.between(3, 28), d.between(2, 12));
        let hour = d.between(7, 18).to_string();
        Self([("n", n.to_string()), ("m", m.to_string()), ("nth", nth(n)), ("mth", nth(m)), ("hour", hour)])
    }

    /// Name and text of each, for templates.
    pub(super) fn slots(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0.iter().map(|(name, text)| (*name, text.as_str()))
    }
}

fn nth(n: usize) -> String {
    let ending = match (n % 10, n % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{n}{ending}")
}

/// A query and the values that its documents share.
pub(super) struct Query {
    pub(super) id: String,
    pub(super) text: String,
    pub(super) language: &'static Language,
    pub(super) topic: &'static Topic,
    pub(super) ask: Ask,
    pub(super) wish: Wish,
    /// Product family and the member that is meant.
    pub(super) family: usize,
    pub(super) member: usize,
    pub(super) figures: Figures,
    pub(super) team: &'static str,
    /// Another language that has the topic.
    pub(super) elsewhere: Option<&'static str>,
}

/// Query number `index` of the world of `seed`. Every question of every topic is asked once before any is repeated
/// (with another product, wording and wish).
pub(super) fn query(seed: u64, index: usize) -> Query {
    let (language, topic, ask) = question(seed, index);
    let id = format!("q{:03}", index + 1);
    let mut d = super::draw(seed, "world query", &id);
    let family = d.below(FAMILIES.len());
    let member = d.below(FAMILIES[family].len());
    let codes = ["de", "fr", "es", "en"];
    let elsewhere = codes.into_iter().find(|code| *code != language.code && self::topic(code, &topic.key).is_some());
    let audience = Wish::Scope(d.below(language.phrases.audiences.len()));
    let kind = Wish::Type(["policy", "minutes", "ticket", "spec"][d.below(4)]);
    let wish = match ask {
        Ask::Both if d.chance(0.15) => audience,
        Ask::Both => Wish::Nothing,
        _ => d.weighted(&[
            (Wish::Nothing, 0.48),
            (kind, 0.15),
            (Wish::History, 0.10),
            (elsewhere.map_or(Wish::Nothing, Wish::Language), 0.09),
            (audience, 0.18),
        ]),
    };
    let figures = Figures::draw(&mut d);
    let team = d.pick(&topic.team).as_str();
    let mut query =
        Query { id, text: String::new(), language, topic, ask, wish, family, member, figures, team, elsewhere };
    query.text = text(&query, &mut d);
    query
}

fn question(seed: u64, index: usize) -> (&'static Language, &'static Topic, Ask) {
    let mut all: Vec<_> = LANGUAGES
        .iter()
        .flat_map(|l| l.topics.iter().map(move |t| (l, t)))
        .flat_map(|(l, t)| [Ask::A, Ask::B, Ask::Both].map(|ask| (l, t, ask)))
        .collect();
    let round = index / all.len();
    super::draw(seed, "world round", &round.to_string()).shuffle(&mut all);
    all[index % all.len()]
}

fn text(query: &Query, d: &mut super::Draw) -> String {
    let forms = &query.language.phrases.query;
    let thing = query.topic.acronym.as_deref().unwrap_or(&query.topic.thing);
    let slots = [("s", query.system()), ("t", thing)];
    let aspect = if query.ask == Ask::B { &query.topic.b } else { &query.topic.a };
    let np = fill(&aspect.np, &slots);
    let plain = match query.ask {
        Ask::Both => fill(d.pick(&query.topic.both).as_str(), &slots),
        Ask::A | Ask::B => fill(d.pick(&aspect.q).as_str(), &slots),
    };
    match query.wish {
        Wish::Nothing => plain,
        Wish::Type(kind) => {
            let form = match kind {
                "policy" => &forms.policy,
                "minutes" => &forms.minutes,
                "ticket" => &forms.ticket,
                _ => &forms.spec,
            };
            fill(form, &[("np", &np)])
        }
        Wish::History => fill(d.pick(&forms.history).as_str(), &[("np", &np)]),
        Wish::Language(code) => {
            let form = &forms.translation[&format!("translation_{code}")];
            fill(form, &[("np", &np)])
        }
        Wish::Scope(x) => fill(&forms.scope, &[("q", &plain), ("x", &query.language.phrases.audiences[x])]),
    }
}

impl Query {
    /// Whether what is asked for has an acronym.
    pub(super) fn names_thing(&self) -> bool {
        let in_np = |aspect: &super::topics::Aspect| aspect.np.contains("{t}");
        self.topic.acronym.is_some()
            && match self.ask {
                Ask::A => in_np(&self.topic.a),
                Ask::B => in_np(&self.topic.b),
                Ask::Both => in_np(&self.topic.a) || in_np(&self.topic.b),
            }
    }

    /// The product that the query means.
    pub(super) fn system(&self) -> &'static str {
        FAMILIES[self.family][self.member]
    }
}
