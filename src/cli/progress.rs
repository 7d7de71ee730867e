//! What people see while a run goes on: done of total, rate, malformed so far, money, time left.

use super::out::Out;
use crate::domain::{Event, NanoUsd, Progress, Search, SearchPart};
use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::time::Duration;

const BAR: &str = "{bar:24} {human_pos}/{human_len} {per_sec} {msg} {eta_precise} left";

/// Draws events on stderr; without a terminal only what a person must know is said.
pub(super) struct Drawn<'a> {
    out: &'a Out,
    bar: Option<ProgressBar>,
}

impl<'a> Drawn<'a> {
    pub fn new(out: &'a Out) -> Self {
        Self { out, bar: None }
    }

    pub fn take(&mut self, event: Event) {
        match event {
            Event::Started { total } if self.out.progress() => {
                let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr_with_hz(8));
                bar.set_style(ProgressStyle::with_template(BAR).expect("the template is valid").progress_chars("━╸─"));
                bar.enable_steady_tick(Duration::from_millis(250));
                self.bar = Some(bar);
            }
            Event::Started { .. } => {}
            Event::Advanced(progress) => {
                if let Some(bar) = &self.bar {
                    bar.set_position(progress.done);
                    bar.set_message(message(&progress));
                }
            }
            Event::Began(part) => self.part(&part),
            Event::Searched(search) => self.search(&search),
            Event::SteppedDown { endpoint, now, because } => {
                self.say(&format!("{endpoint}: {now} (it said: {because})"))
            }
            Event::Paused { endpoint, wait, asked } => self.say(&format!("{endpoint}: {}", paused(wait, asked))),
            Event::OtherModel { asked, served } => self.say(&format!("`{asked}` was asked, `{served}` answers")),
            Event::Finished(_) => {
                if let Some(bar) = self.bar.take() {
                    bar.finish_and_clear();
                }
            }
        }
    }

    /// One line that is drawn anew: where the search stands.
    fn search(&mut self, search: &Search) {
        if !self.out.progress() {
            return;
        }
        let total = search.of.unwrap_or(search.calls);
        let bar = self.bar.get_or_insert_with(|| {
            let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr_with_hz(8));
            bar.set_style(ProgressStyle::with_template(BAR).expect("the template is valid").progress_chars("━╸─"));
            bar.enable_steady_tick(Duration::from_millis(250));
            bar
        });
        bar.set_length(total);
        bar.set_position(search.calls);
        let nmse = |value: Option<f64>| value.map_or("–".to_owned(), |value| format!("{value:.1}"));
        let (best, baseline) = (nmse(search.best), nmse(search.baseline));
        bar.set_message(format!(
            "dev NMSE {best} (was {baseline}), {} candidates, {}",
            search.candidates, search.spent
        ));
    }

    /// A bar shows on a terminal that it goes on; elsewhere a line for each part does.
    fn part(&self, part: &SearchPart) {
        if !self.out.progress() {
            let SearchPart { model, name, calls, spent } = part;
            self.out.note(&format!("{model}: now {name}; {calls} judge calls and {spent} so far"));
        }
    }

    fn say(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| self.out.note(text)),
            None => self.out.note(text),
        }
    }
}

/// A wait that was cut short is told as that: who has to wait for a day is better off coming back tomorrow.
fn paused(wait: Duration, asked: Duration) -> String {
    let [waits, asks] = [wait, asked].map(|wait| HumanCount(wait.as_secs()));
    if asked > wait {
        format!("it asked for {asks} s; tried again after {waits} s")
    } else {
        format!("paused for {waits} s, as it asked")
    }
}

fn message(progress: &Progress) -> String {
    let mut parts = vec![format!("{} malformed", progress.malformed)];
    if progress.not_run > 0 {
        parts.push(format!("{} not run", progress.not_run));
    }
    if progress.replayed > 0 {
        parts.push(format!("{} from the ledger", progress.replayed));
    }
    if progress.spent > NanoUsd(0) {
        parts.push(progress.spent.to_string());
    }
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_that_was_cut_short_tells_both_times() {
        let told = |wait, asked| paused(Duration::from_secs(wait), Duration::from_secs(asked));
        assert_eq!(told(600, 86_400), "it asked for 86,400 s; tried again after 600 s");
        assert_eq!(told(600, 600), "paused for 600 s, as it asked");
        assert_eq!(told(9, 9), "paused for 9 s, as it asked");
    }
}
