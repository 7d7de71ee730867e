//! A search that tells when a part of it begins.

use crate::domain::{Event, SearchPart};
use crate::optimize::desk::Desk;
use crate::optimize::limits::Spend;
use crate::optimize::strategy::{Ask, Strategy, Told};
use tokio::sync::mpsc;

/// A strategy, and who listens.
pub(super) struct Announced {
    strategy: Box<dyn Strategy>,
    events: mpsc::UnboundedSender<Event>,
    model: String,
    part: Option<&'static str>,
}

impl Announced {
    pub fn new(strategy: Box<dyn Strategy>, events: mpsc::UnboundedSender<Event>, model: &str) -> Self {
        Self { strategy, events, model: model.to_owned(), part: None }
    }

    /// Tells that something begins, where a search has parts at all.
    pub fn say(&self, name: &str, spent: Spend) {
        let (model, name) = (self.model.clone(), name.to_owned());
        if self.part.is_some() {
            // Nobody listens any more when the run is over.
            let _ = self.events.send(Event::Began(SearchPart { model, name, calls: spent.judge, spent: spent.usd }));
        }
    }
}

impl Strategy for Announced {
    fn name(&self) -> &'static str {
        self.strategy.name()
    }

    fn knobs(&self) -> serde_json::Value {
        self.strategy.knobs()
    }

    fn most_examples(&self) -> usize {
        self.strategy.most_examples()
    }

    fn part(&self) -> Option<&'static str> {
        self.strategy.part()
    }

    fn next(&mut self, desk: &mut Desk<'_>, told: Told) -> Ask {
        // What the part before it cost is spent by now.
        let spent = desk.spent();
        let ask = self.strategy.next(desk, told);
        let part = self.strategy.part();
        if let Some(name) = part.filter(|_| part != self.part) {
            self.part = part;
            self.say(name, spent);
        }
        ask
    }
}
