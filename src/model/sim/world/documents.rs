//! What each query finds: first what is true of a document, then its words.

use super::super::considerations::{Consideration, Set};
use super::queries::{Ask, Figures, Query, Wish};
use super::topics::{Aspect, FAMILIES, Language, Topic, fill, topic};
use super::{Core, DOCUMENTS, Draw, Latent, NOW, WorldItem};
use crate::domain::{GroupId, Item, ItemId};
use Consideration as C;
use std::collections::BTreeMap;

const TYPES: [&str; 7] = ["chat", "ticket", "wiki", "spec", "mail", "policy", "minutes"];

/// The documents of a query, in random order.
pub(super) fn of_query(seed: u64, query: &Query) -> Vec<WorldItem> {
    let mut d = super::draw(seed, "world documents", &query.id);
    let mut plans: Vec<Latent> = (0..DOCUMENTS).map(|place| plan(query, place, &mut d)).collect();
    d.shuffle(&mut plans);
    let write = |(i, latent): (usize, Latent)| {
        let id = format!("{}-d{}", query.id, i + 1);
        let mut d = super::draw(seed, "world document", &id);
        WorldItem { item: Writer::new(query, latent, &mut d).write(id), latent }
    };
    plans.into_iter().enumerate().map(write).collect()
}

/// What is true of the document that was drawn for `place`: good answers first, strangers last.
fn plan(query: &Query, place: usize, d: &mut Draw) -> Latent {
    let (core, mut all) = match place {
        0 => (Core::Answer, merit(d)),
        1 => (Core::Answer, Set::of(&[defect(query, d)])),
        2 => {
            let mut all = merit(d);
            if d.chance(0.6) {
                all.insert(defect(query, d));
            }
            if d.chance(0.3) {
                all.insert(defect(query, d));
            }
            (Core::Answer, all)
        }
        3 if query.ask == Ask::Both => (Core::Answer, Set::of(&[C::Partial])),
        3 => about(d.weighted(&[(Core::Question, 3.0), (Core::Link, 3.0), (Core::Other, 3.0)])),
        4 => match d.below(10) {
            0..5 => about(Core::Keywords),
            5..7 => (Core::Answer, Set::of(&[C::WrongEntity])),
            7 => about(Core::Passing),
            _ if query.ask == Ask::Both => (Core::Answer, Set::of(&[C::Partial])),
            _ => about(Core::Other),
        },
        _ => about(d.weighted(&[(Core::Unrelated, 5.0), (Core::Passing, 3.0), (Core::Keywords, 1.5)])),
    };
    settle(query, core, &mut all, d);
    Latent { core, considerations: all }
}

fn merit(d: &mut Draw) -> Set {
    let one = [(Some(C::Authoritative), 4.0), (Some(C::Confirmed), 2.6), (Some(C::ShortExact), 1.8), (None, 1.4)];
    d.weighted(&one).map_or(Set::NONE, |c| Set::of(&[c]))
}

fn defect(query: &Query, d: &mut Draw) -> Consideration {
    let scoped = if matches!(query.wish, Wish::Scope(_)) { 8.0 } else { 0.0 };
    let translated = if query.elsewhere.is_some() { 2.5 } else { 0.0 };
    let two = if query.ask == Ask::Both { 3.0 } else { 0.0 };
    d.weighted(&[
        (C::Outdated, 3.4),
        (C::WrongEntity, 1.6),
        (C::Superseded, 1.9),
        (C::Draft, 1.5),
        (C::Buried, 1.2),
        (C::WrongLanguage, translated),
        (C::Scope, scoped),
        (C::Partial, two),
    ])
}

fn about(core: Core) -> (Core, Set) {
    let all: &[C] = match core {
        Core::Keywords => &[C::Keywords],
        Core::Passing => &[C::Passing],
        Core::Question => &[C::Question],
        Core::Link => &[C::LinkOnly],
        Core::Answer | Core::Other | Core::Unrelated => &[],
    };
    (core, Set::of(all))
}

/// Makes the considerations fit the query and each other.
fn settle(query: &Query, core: Core, all: &mut Set, d: &mut Draw) {
    let answer = core == Core::Answer;
    if d.chance(0.07) {
        all.insert(C::Outdated);
    }
    match query.wish {
        Wish::History => all.remove(C::Outdated),
        Wish::Type(_) if core != Core::Unrelated && d.chance(if answer { 0.5 } else { 0.8 }) => {
            all.insert(C::TypeMismatch)
        }
        Wish::Language(_) if core != Core::Unrelated && d.chance(0.55) => all.insert(C::WrongLanguage),
        Wish::Language(_) => all.remove(C::WrongLanguage),
        _ => {}
    }
    if !query.text.contains(query.system()) {
        all.remove(C::WrongEntity);
    }
    if answer && query.names_thing() && d.chance(0.5) && !all.has(C::WrongEntity) {
        all.insert(C::Acronym);
    }
    if all.has(C::ShortExact) {
        for c in [C::Buried, C::Scope, C::Draft, C::TypeMismatch, C::Superseded, C::Confirmed, C::Authoritative] {
            all.remove(c);
        }
    }
    if all.has(C::Buried) {
        all.remove(C::Authoritative);
    }
    if all.has(C::WrongLanguage) {
        all.remove(C::Acronym);
    }
}

/// Puts one document into words.
struct Writer<'a> {
    query: &'a Query,
    latent: Latent,
    language: &'static Language,
    topic: &'static Topic,
    /// The question that the document is about; of a two-part query, one of the two.
    aspect: &'static Aspect,
    kind: &'static str,
    slots: Vec<(&'static str, String)>,
    d: &'a mut Draw,
}

impl<'a> Writer<'a> {
    fn new(query: &'a Query, latent: Latent, d: &'a mut Draw) -> Self {
        let has = |c| latent.considerations.has(c);
        let code = match (query.wish, query.elsewhere) {
            (Wish::Language(code), _) if !has(C::WrongLanguage) && latent.core != Core::Unrelated => code,
            (Wish::Language(_), _) => query.language.code,
            (_, Some(code)) if has(C::WrongLanguage) => code,
            _ => query.language.code,
        };
        let (language, topic) =
            topic(code, &query.topic.key).expect("`elsewhere` and wishes name languages that have the topic");
        let aspect = match query.ask {
            Ask::A => &topic.a,
            Ask::B => &topic.b,
            Ask::Both if d.chance(0.5) => &topic.b,
            Ask::Both => &topic.a,
        };
        let system = if has(C::WrongEntity) { sibling(query, d) } else { query.system() };
        let acronym = topic.acronym.as_deref().filter(|_| !has(C::Acronym));
        let thing = acronym.unwrap_or(&topic.thing).to_owned();
        let (p, p2) = two(&language.phrases.persons, d);
        let slug = system.to_lowercase().replace(' ', "-");
        let mut slots = vec![
            ("s", system.to_owned()),
            ("link", format!("https://intra.example/{slug}/{}", d.between(100, 999))),
            ("ref", format!("{}-{}", system[..3].to_uppercase(), d.between(1000, 9999))),
            ("sl", slug),
            ("t", thing),
            ("team", query.team.to_owned()),
            ("p", p),
            ("p2", p2),
        ];
        slots.extend(query.figures.slots().map(|(name, text)| (name, text.to_owned())));
        let kind = kind(query, latent, d);
        Self { query, latent, language, topic, aspect, kind, slots, d }
    }

    fn write(mut self, id: String) -> Item {
        let core = self.core();
        let document = if self.latent.considerations.has(C::ShortExact) { core } else { self.framed(core) };
        let mut title = self.title();
        let system = self.fill("{s}", &[]);
        let named = |text: &str| text.contains(&system);
        if self.has(C::WrongEntity) && !named(&document) && !title.as_deref().is_some_and(named) {
            title = Some(title.map_or_else(|| system.clone(), |title| format!("{system}: {title}")));
        }
        let mut meta = BTreeMap::new();
        meta.insert("type".to_owned(), self.kind.to_owned());
        meta.insert("language".to_owned(), self.language.code.to_owned());
        let (document, date) = self.date(document);
        if let Some(date) = date {
            meta.insert("date".to_owned(), date);
        }
        Item {
            id: ItemId::new(id),
            group: GroupId::new(self.query.id.as_str()),
            query: self.query.text.clone(),
            title,
            document,
            meta,
        }
    }

    fn has(&self, c: Consideration) -> bool {
        self.latent.considerations.has(c)
    }

    fn say(&mut self, options: &[String]) -> String {
        let template = self.d.pick(options).clone();
        self.fill(&template, &[])
    }

    fn fill(&self, template: &str, more: &[(&str, &str)]) -> String {
        let slots: Vec<(&str, &str)> =
            more.iter().copied().chain(self.slots.iter().map(|(k, v)| (*k, v.as_str()))).collect();
        fill(template, &slots)
    }

    /// The other question about the same matter.
    fn sister(&self) -> &'static Aspect {
        if std::ptr::eq(self.aspect, &self.topic.a) { &self.topic.b } else { &self.topic.a }
    }

    /// Whether the document answers both questions of a two-part query.
    fn whole(&self) -> bool {
        self.query.ask == Ask::Both && !self.has(C::Partial)
    }

    /// A sentence that says what an answer is about.
    fn lead(&mut self) -> String {
        let mut np = self.fill(&self.aspect.np, &[]);
        if self.whole() {
            np = format!("{np}; {}", self.fill(&self.sister().np, &[]));
        }
        let form = self.d.pick(&self.language.phrases.lead).clone();
        self.fill(&form, &[("np", &np)])
    }

    /// The text that makes the document what it is.
    fn core(&mut self) -> String {
        let p = &self.language.phrases;
        let np = self.fill(&self.aspect.np, &[]);
        match self.latent.core {
            Core::Answer => self.answer(),
            Core::Other => {
                // of a two-part query every question is asked for, so only what surrounds them is left
                let text = if self.query.ask == Ask::Both { &self.topic.bg } else { &self.sister().ans };
                format!("{} {}", self.say(text), self.say(&self.topic.bg))
            }
            Core::Keywords => match (&self.topic.acronym, p.other_meaning.as_slice()) {
                (Some(acr), forms @ [_, ..]) if self.d.chance(0.4) => {
                    let form = self.d.pick(forms).clone();
                    self.fill(&form, &[("acr", acr), ("other", &self.topic.other)])
                }
                _ => self.say(&self.topic.kw),
            },
            Core::Question => {
                let ask = self.d.pick(&p.question).clone();
                let reply = self.say(&p.no_answer);
                let reply = self.fill("{p2}: ", &[]) + &reply;
                let known = if self.d.chance(0.4) { self.say(&self.topic.bg) + " " } else { String::new() };
                format!("{known}{}\n{reply}", self.fill(&ask, &[("np", &np)]))
            }
            Core::Link => {
                let form = self.d.pick(&p.link).clone();
                upper(&self.fill(&form, &[("np", &np)]))
            }
            Core::Passing => {
                let form = self.d.pick(&p.passing).clone();
                let remark = upper(&self.fill(&form, &[("np", &np)]));
                format!("{} {remark} {}", self.stranger(), self.stranger())
            }
            Core::Unrelated => format!("{} {}", self.stranger(), self.stranger()),
        }
    }

    fn answer(&mut self) -> String {
        if self.has(C::ShortExact) {
            let pick = |w: &mut Self, a: &Aspect| first_sentence(&w.say(&a.ans)).to_owned();
            let one = pick(self, self.aspect);
            return if self.whole() { format!("{one} {}", pick(self, self.sister())) } else { one };
        }
        let mut text = self.say(&self.aspect.ans);
        if self.whole() {
            text = format!("{text} {}", self.say(&self.sister().ans));
        }
        if self.d.chance(0.4) {
            text = format!("{} {text}", self.say(&self.topic.bg));
        }
        if self.has(C::Acronym) || self.d.chance(0.92) {
            text = format!("{} {text}", self.lead());
        }
        if self.has(C::Buried) {
            text = format!(
                "{} {}\n{} {text} {}\n{}",
                self.stranger(),
                self.say(&self.language.phrases.filler),
                self.stranger(),
                self.say(&self.language.phrases.filler),
                self.stranger(),
            );
        }
        text
    }

    /// Sentences on another matter and another product, in the document's language.
    fn stranger(&mut self) -> String {
        let topics: Vec<&Topic> = self.language.topics.iter().filter(|t| t.key != self.topic.key).collect();
        let topic = *self.d.pick(&topics);
        let aspect = if self.d.chance(0.5) { &topic.a } else { &topic.b };
        let family = (self.query.family + 1 + self.d.below(FAMILIES.len() - 1)) % FAMILIES.len();
        let system = *self.d.pick(&FAMILIES[family]);
        let thing = topic.acronym.as_deref().unwrap_or(&topic.thing);
        let slug = system.to_lowercase().replace(' ', "-");
        let team = self.d.pick(&topic.team).clone();
        let template = self.d.pick(&aspect.ans).clone();
        let figures = Figures::draw(self.d);
        let names = [("s", system), ("sl", slug.as_str()), ("t", thing), ("team", team.as_str())];
        self.fill(&template, &names.into_iter().chain(figures.slots()).collect::<Vec<_>>())
    }

    /// The core with how this type of document begins and ends, and with what is to be considered put into words.
    fn framed(&mut self, core: String) -> String {
        let p = &self.language.phrases;
        let (open, close) = (format!("{}_open", self.kind), format!("{}_close", self.kind));
        let mut lines = vec![self.say(&p.frame[&open])];
        let early = self.d.chance(0.6);
        let mut notes = Vec::new();
        if self.has(C::Superseded) {
            notes.push(self.say(&p.superseded));
        }
        if self.has(C::Draft) {
            notes.push(self.say(&p.draft));
        }
        if early {
            lines.append(&mut notes);
        }
        let filler = if self.latent.core == Core::Link { 0 } else { self.d.below(3) };
        let fillers: Vec<String> = (0..filler).map(|_| self.say(&p.filler)).collect();
        let (before, after) = fillers.split_at(filler / 2);
        lines.extend(before.iter().cloned());
        lines.push(core);
        lines.extend(self.scope());
        lines.append(&mut notes);
        if self.has(C::Authoritative) {
            lines.push(self.say(&p.authority));
        }
        if self.has(C::Confirmed) {
            let text = self.say(&p.confirmed);
            lines.push(if self.kind == "chat" { self.fill("{p2}: ", &[]) + &text } else { text });
        }
        lines.extend(after.iter().cloned());
        lines.push(self.say(&p.frame[&close]));
        lines.retain(|l| !l.is_empty());
        lines.join("\n")
    }

    /// For whom it holds, where the query names a group.
    fn scope(&mut self) -> Option<String> {
        let Wish::Scope(wanted) = self.query.wish else { return None };
        if self.latent.core != Core::Answer {
            return None;
        }
        let p = &self.language.phrases;
        let wanted = wanted % p.audiences.len();
        let other = (wanted + 1 + self.d.below(p.audiences.len() - 1)) % p.audiences.len();
        let (forms, who) = match (self.has(C::Scope), self.d.chance(0.5)) {
            (true, true) => (&p.scope_only, other),
            (true, false) => (&p.scope_not, wanted),
            (false, true) => (&p.scope_in, wanted),
            (false, false) => return None,
        };
        let form = self.d.pick(forms).clone();
        Some(upper(&self.fill(&form, &[("x", &p.audiences[who])])))
    }

    fn title(&mut self) -> Option<String> {
        let bare = matches!(self.kind, "chat" | "mail") && self.d.chance(0.4);
        if bare && !self.has(C::ShortExact) {
            return None;
        }
        Some(match self.latent.core {
            Core::Passing | Core::Unrelated => {
                let topics: Vec<&Topic> = self.language.topics.iter().filter(|t| t.key != self.topic.key).collect();
                let topic = *self.d.pick(&topics);
                let template = self.d.pick(&topic.b.title).clone();
                let thing = topic.acronym.as_deref().unwrap_or(&topic.thing);
                let family = (self.query.family + 1 + self.d.below(FAMILIES.len() - 1)) % FAMILIES.len();
                self.fill(&template, &[("s", FAMILIES[family][0]), ("t", thing)])
            }
            Core::Other if self.query.ask != Ask::Both => upper(&self.say(&self.sister().title)),
            Core::Question => upper(&self.fill(&self.aspect.np, &[])),
            Core::Keywords if self.d.chance(0.5) => return None,
            _ => upper(&self.say(&self.aspect.title)),
        })
    }

    /// The date column, or a sentence in the text where there is none.
    fn date(&mut self, document: String) -> (String, Option<String>) {
        let old = self.has(C::Outdated) || self.query.wish == Wish::History && self.d.chance(0.6);
        let months = if old { self.d.between(37, 88) } else { self.d.between(1, 15) };
        let at = NOW.0 * 12 + NOW.1 - 1 - months as i32;
        let (year, month) = (at / 12, at % 12 + 1);
        if self.d.chance(if self.has(C::Outdated) { 0.2 } else { 0.08 }) {
            if !old {
                return (document, None);
            }
            let name = self.d.pick(&self.language.phrases.months).clone();
            let form = self.d.pick(&self.language.phrases.dated).clone();
            let line = self.fill(&form, &[("month", &name), ("year", &year.to_string())]);
            return (format!("{document}\n{line}"), None);
        }
        (document, Some(format!("{year}-{month:02}-{:02}", self.d.between(1, 28))))
    }
}

fn kind(query: &Query, latent: Latent, d: &mut Draw) -> &'static str {
    let has = |c| latent.considerations.has(c);
    let fitting: &[&'static str] = match latent.core {
        Core::Question => &["chat", "ticket"],
        Core::Keywords => &["mail", "chat", "wiki"],
        Core::Passing => &["minutes", "mail", "chat"],
        _ if has(C::Buried) => &["minutes", "mail", "wiki"],
        _ if has(C::Confirmed) => &["chat", "ticket"],
        _ if has(C::Authoritative) => &["policy", "wiki", "spec"],
        _ if has(C::ShortExact) => &["chat", "ticket", "mail"],
        _ => &TYPES,
    };
    match query.wish {
        Wish::Type(wanted) if has(C::TypeMismatch) => {
            let others: Vec<&'static str> = fitting.iter().copied().filter(|t| *t != wanted).collect();
            d.pick::<&'static str>(&others)
        }
        Wish::Type(wanted) => wanted,
        _ => d.pick::<&'static str>(fitting),
    }
}

fn sibling(query: &Query, d: &mut Draw) -> &'static str {
    let family = &FAMILIES[query.family];
    // now and then the same kind of product of another family: harder to tell
    if d.chance(0.15) {
        let other = (query.family + 1 + d.below(FAMILIES.len() - 1)) % FAMILIES.len();
        return FAMILIES[other][query.member % FAMILIES[other].len()];
    }
    family[(query.member + 1 + d.below(family.len() - 1)) % family.len()]
}

fn two(persons: &[String], d: &mut Draw) -> (String, String) {
    let first = d.below(persons.len());
    let second = (first + 1 + d.below(persons.len() - 1)) % persons.len();
    (persons[first].clone(), persons[second].clone())
}

fn first_sentence(text: &str) -> &str {
    text.find(". ").map_or(text, |end| &text[..=end])
}

fn upper(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::super::topics::LANGUAGES;

    #[test]
    fn no_slot_is_left_unfilled_in_any_language() {
        assert_eq!(LANGUAGES.iter().map(|l| l.code).collect::<Vec<_>>(), ["en", "de", "fr", "es"]);
        for w in super::super::items(7, 600) {
            for text in [&w.item.query, &w.item.document, w.item.title.as_ref().unwrap_or(&String::new())] {
                assert!(!text.contains('{') && !text.contains('}'), "{}: {text}", w.item.id);
            }
        }
    }
}
