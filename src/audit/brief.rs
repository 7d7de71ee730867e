//! A judge's numbers without the rest of an audit.

use super::compute::{JudgeInput, Labelled, RatedBy, Setup, rows};
use super::panel::{Panel, panel};
use super::remedy::{OnScale, Remedy};
use super::spread::spread;
use super::standing::{Standing, standing};
use crate::domain::Scale;

/// A judge's numbers on some items, and what is the matter with its use of the scale: what a search is told of its judges, of
/// which it makes many. Slices, people, plans and advice are most of an audit's work.
pub fn brief(scale: Scale, mut labelled: Vec<Labelled>, judge: &JudgeInput, setup: &Setup) -> Brief {
    labelled.retain(|item| !item.opinions.is_empty());
    labelled.sort_by(|a, b| a.id.cmp(&b.id));
    let rated = RatedBy::of(scale, &labelled);
    let rows = rows(&labelled, &rated, judge);
    let (panel, spread) =
        rayon::join(|| panel(scale, &rows, judge, setup.seed), || spread(scale, &rows, judge.identity(), setup));
    let on = OnScale { panel: &panel, spread: &spread };
    let trouble = on.remedy().zip(on.in_words());
    let standing = standing(&panel);
    Brief { trouble, panel, standing }
}

/// See [`brief`].
#[derive(Clone, Debug)]
pub struct Brief {
    /// The numbers.
    pub panel: Panel,
    /// What would help a judge whose ratings are squeezed or collapsed, and what is the matter, in words.
    pub trouble: Option<(Remedy, String)>,
    /// Where the judge stands between a constant one and the people.
    pub standing: Standing,
}
