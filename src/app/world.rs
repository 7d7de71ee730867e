//! Fresh worlds of the simulated family: label files from any seed, and what a prompt truly errs on them.
//!
//! An optimiser's own figures are estimates from the few items that it saw. Here the simulated judge is called as a
//! function on as many fresh items as one likes, its replies read by the same ladder as an audit's. It is an
//! instrument for holding such figures against the truth; it says nothing about real models.

use super::AppError;
use super::project::write_whole;
use super::text_file::TextFile;
use crate::domain::{Rating, Scale};
use crate::judge::ladder::{self, Reply};
use crate::model::sim::direct::{Direct, Item, PROMPTS};
use crate::model::sim::world::{self, WorldItem};
use crate::prompt::{Prefix, Prompt, item_block};
use crate::rubric::{Rubric, shipped};
use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// Bytes of a file of prompts.
const LARGEST: u64 = 1 << 28;

/// Queries of a world at most: about a million items.
pub const MOST_QUERIES: usize = 170_000;

/// A world: its seed and its size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct World {
    /// What it is drawn from.
    pub seed: u64,
    /// How many queries it has, with six documents each.
    pub queries: usize,
}

/// A simulated judge and the noise on its ratings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SimJudge<'a> {
    /// `sim/small`, `sim/medium` or `sim/large`.
    pub name: &'a str,
    /// Probability, 0–1, that a rating is moved by one.
    pub noise: f64,
}

/// A prompt to measure: one row of a file. Either the whole system message, or the text that a revision of the shipped
/// prompt may change (see [`Prompt::editable`]).
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Told {
    /// The system message as it is sent.
    System(String),
    /// Instruction and rules; the contract is the shipped one.
    Editable(String),
}

/// What a prompt truly errs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Truth {
    /// Mean squared error against the mean of the people's ratings, in percent of the largest possible; a malformed
    /// reply counts 100.
    pub nmse: f64,
    /// The same over replies with a rating; `None` without any.
    pub valid_nmse: Option<f64>,
    /// Replies without a rating, in percent.
    pub malformed: f64,
    /// Items measured on.
    pub items: u64,
}

/// Reads prompts, one JSON object per line: `{"system": "…"}` or `{"editable": "…"}`.
///
/// # Errors
/// [`AppError::Input`] when the file cannot be read or a line is neither.
pub fn read_prompts(path: &Path) -> Result<Vec<Told>, AppError> {
    let hint = "name a text file with one `{\"system\": \"…\"}` or `{\"editable\": \"…\"}` per line";
    let text = TextFile { what: "file of prompts", most: LARGEST, hint }.read(path)?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines.map(|(n, line)| serde_json::from_str(line).map_err(|e| no_prompt(path, n + 1, &e))).collect()
}

fn no_prompt(path: &Path, line: usize, error: &serde_json::Error) -> AppError {
    let message = format!("`{}` line {line} is no prompt: {error}", path.display());
    AppError::input(message, "write one `{\"system\": \"…\"}` or `{\"editable\": \"…\"}` per line")
}

/// What each prompt errs on a world, with the shipped rubric.
///
/// # Errors
/// [`AppError::Input`] for a judge that is not there.
pub fn truth(judge: SimJudge<'_>, world: World, prompts: &[Told]) -> Result<Vec<Truth>, AppError> {
    let unknown = || AppError::input(format!("`{}` is no simulated judge", judge.name), "write --model sim/small");
    let direct = Direct::new(judge.name, 0, judge.noise).ok_or_else(unknown)?;
    let rubric = shipped();
    let systems: Vec<String> = prompts.iter().map(|p| system(p, &rubric)).collect();
    let items = world::items(world.seed, world.queries);
    let ratings = world::ratings(world.seed, &items);
    let people: Vec<Vec<i64>> =
        ratings.chunks(world::ANNOTATORS).map(|all| all.iter().map(|r| r.rating.value()).collect()).collect();
    let measured = systems.chunks(PROMPTS).flat_map(|some| measure(&direct, some, &items, &people, &rubric));
    Ok(measured.collect())
}

fn system(told: &Told, rubric: &Rubric) -> String {
    match told {
        Told::System(text) => text.clone(),
        Told::Editable(text) => Prefix::new(&Prompt::of(rubric).revised(text), rubric).system().to_string(),
    }
}

/// Whole numbers, so that the sum does not depend on the order in which threads add to it.
#[derive(Clone, Copy, Default)]
struct Tally {
    /// Squared errors times the square of the number of annotators.
    squares: i64,
    valid: u64,
    malformed: u64,
}

impl Tally {
    fn add(self, other: Self) -> Self {
        Self {
            squares: self.squares + other.squares,
            valid: self.valid + other.valid,
            malformed: self.malformed + other.malformed,
        }
    }

    fn truth(self, scale: Scale) -> Truth {
        let widest = scale.max().minus(scale.min()).pow(2) * (world::ANNOTATORS * world::ANNOTATORS) as i64;
        let (squares, valid, malformed) =
            (self.squares as f64 / widest as f64, self.valid as f64, self.malformed as f64);
        Truth {
            nmse: 100.0 * (squares + malformed) / (valid + malformed),
            valid_nmse: (self.valid > 0).then(|| 100.0 * squares / valid),
            malformed: 100.0 * malformed / (valid + malformed),
            items: self.valid + self.malformed,
        }
    }
}

/// Item by item, so that each is read once for all prompts.
fn measure(
    direct: &Direct,
    systems: &[String],
    items: &[WorldItem],
    people: &[Vec<i64>],
    rubric: &Rubric,
) -> Vec<Truth> {
    let none = || vec![Tally::default(); systems.len()];
    let add = |a: Vec<Tally>, b: Vec<Tally>| a.into_iter().zip(b).map(|(a, b)| a.add(b)).collect();
    let of_item = |at: usize| -> Vec<Tally> {
        let user = item_block(&rubric.fields, &items[at].item);
        let shown = Item::new(&user);
        let rated = systems.iter().map(|system| rating(direct, system, &shown, &user, rubric));
        rated.map(|rating| tally(rating, &people[at])).collect()
    };
    let all = (0..items.len()).into_par_iter().map(of_item).reduce(none, add);
    all.into_iter().map(|tally| tally.truth(rubric.scale)).collect()
}

fn rating(direct: &Direct, system: &str, shown: &Item<'_>, user: &str, rubric: &Rubric) -> Option<i64> {
    let said = direct.reply(system, shown, 0);
    let reply = Reply { text: Some(&said.content), finish: Some(said.finish), ..Reply::default() };
    ladder::read(reply, user, &rubric.contract, rubric.scale).rating().map(Rating::value)
}

fn tally(rating: Option<i64>, people: &[i64]) -> Tally {
    match rating {
        Some(rating) => {
            let gap = rating * people.len() as i64 - people.iter().sum::<i64>();
            Tally { squares: gap * gap, valid: 1, malformed: 0 }
        }
        None => Tally { malformed: 1, ..Tally::default() },
    }
}

/// The prompt that the shipped rubric states, as another program needs it.
#[derive(Serialize)]
struct Seed<'a> {
    editable: String,
    system: &'a str,
}

#[derive(Serialize)]
struct ShownRow<'a> {
    id: &'a str,
    user: String,
}

/// Writes a world into a folder, for other programs: `items.jsonl`, `ratings.jsonl`, `shown.jsonl` (each item's user
/// message) and `prompt.json` (the shipped prompt: its editable text and its system message).
///
/// # Errors
/// [`AppError::System`] when a file cannot be written.
pub fn write_world(world: World, folder: &Path) -> Result<(), AppError> {
    let items = world::items(world.seed, world.queries);
    let ratings = world::ratings(world.seed, &items);
    let rubric = shipped();
    let prompt = Prompt::of(&rubric);
    let prefix = Prefix::new(&prompt, &rubric);
    let row = |w: &WorldItem| {
        let row = ShownRow { id: w.item.id.as_str(), user: item_block(&rubric.fields, &w.item) };
        serde_json::to_string(&row).expect("plain data") + "\n"
    };
    let shown: String = items.iter().map(row).collect();
    let seed = Seed { editable: prompt.editable(), system: prefix.system() };
    write_whole(&folder.join("items.jsonl"), world::items_jsonl(&items).as_bytes())?;
    write_whole(&folder.join("ratings.jsonl"), world::ratings_jsonl(&ratings).as_bytes())?;
    write_whole(&folder.join("shown.jsonl"), shown.as_bytes())?;
    write_whole(&folder.join("prompt.json"), &serde_json::to_vec_pretty(&seed).expect("plain data"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const WORLD: World = World { seed: 77, queries: 150 };

    fn of(name: &str, noise: f64, editable: &str) -> Truth {
        truth(SimJudge { name, noise }, WORLD, &[Told::Editable(editable.to_owned())]).unwrap()[0]
    }

    #[test]
    fn the_shipped_prompt_errs_as_the_personas_say_and_a_rule_that_holds_mends_it() {
        let seed = Prompt::of(&shipped()).editable();
        let (small, large) = (of("sim/small", 0.0, &seed), of("sim/large", 0.0, &seed));
        assert!((15.0..25.0).contains(&small.nmse) && (2.0..6.0).contains(&large.nmse), "{small:?} {large:?}");
        assert!((4.0..9.0).contains(&small.malformed) && small.items == 900, "{small:?}");
        let better = of("sim/small", 0.0, &format!("{seed}\n- Rate drafts lower.\n- Rate sister products lower."));
        assert!(better.valid_nmse.unwrap() < small.valid_nmse.unwrap() - 0.5, "{better:?} {small:?}");
    }

    #[test]
    fn noise_costs_about_its_share_of_a_step() {
        let seed = Prompt::of(&shipped()).editable();
        let (clean, noisy) = (of("sim/large", 0.0, &seed), of("sim/large", 0.4, &seed));
        assert!((1.0..4.0).contains(&(noisy.nmse - clean.nmse)), "{clean:?} {noisy:?}");
    }

    #[test]
    fn a_prompt_by_its_system_message_is_the_same_and_more_prompts_change_nothing() {
        let prompt = Prompt::of(&shipped());
        let system = Prefix::new(&prompt, &shipped()).system().to_string();
        let judge = SimJudge { name: "sim/small", noise: 0.2 };
        let told = [Told::System(system), Told::Editable(prompt.editable()), Told::Editable("Rate it.".into())];
        let all = truth(judge, World { seed: 5, queries: 20 }, &told).unwrap();
        assert_eq!(all[0], all[1]);
        assert_eq!(all[2..], truth(judge, World { seed: 5, queries: 20 }, &told[2..]).unwrap());
    }

    #[test]
    fn prompts_are_read_and_a_line_that_is_none_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("prompts.jsonl");
        std::fs::write(&path, "{\"system\": \"a\"}\n\n{\"editable\": \"b\"}\n").unwrap();
        assert_eq!(read_prompts(&path).unwrap().len(), 2);
        std::fs::write(&path, "{\"system\": \"a\"}\n{\"sistem\": \"a\"}\n").unwrap();
        let error = read_prompts(&path).unwrap_err().to_string();
        assert!(error.contains("line 2 is no prompt: unknown variant `sistem`"), "{error}");
    }

    #[test]
    fn a_world_is_written_as_label_files_that_are_read_back() {
        let folder = tempfile::tempdir().unwrap();
        write_world(World { seed: 3, queries: 4 }, folder.path()).unwrap();
        let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
        assert_eq!((read("items.jsonl").lines().count(), read("ratings.jsonl").lines().count()), (24, 72));
        assert_eq!(read("shown.jsonl").lines().count(), 24);
        let prompt: serde_json::Value = serde_json::from_str(&read("prompt.json")).unwrap();
        assert_eq!(prompt["editable"], Prompt::of(&shipped()).editable());
    }
}
