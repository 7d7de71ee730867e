//! What would help a judge that does not use the scale.

use super::JudgeAudit;
use super::panel::Panel;
use super::spread::Spread;
use crate::agreement::ScaleFlag;
use crate::domain::Figure;
use serde::Serialize;

/// A judge of real values orders items so well at least when a map is to help (Somers' D), and so well at least when
/// anything is told apart.
const ORDER: (f64, f64) = (0.4, 0.1);
/// A map is worth having when it leaves less than this share of the error, of the judge's own and of a constant judge's.
const WORTH: f64 = 0.9;

/// What to do first about ratings that lie too close together or on one spot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Remedy {
    /// The order is right: a calibration map, which costs no call, restores the scale.
    Map,
    /// Items are told apart a little, or the judge says one thing throughout: rated examples, or another prompt.
    Demos,
    /// Ratings differ, and nothing in them tells items apart: another model.
    Model,
}

impl Remedy {
    /// In a few words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Map => "a calibration map",
            Self::Demos => "rated examples or another prompt",
            Self::Model => "another model",
        }
    }
}

impl JudgeAudit {
    /// What its numbers say of its use of the scale.
    pub(super) fn on_scale(&self) -> OnScale<'_> {
        OnScale { panel: &self.panel, spread: &self.spread }
    }

    /// The same value for every item.
    pub fn says_one_thing(&self) -> bool {
        self.on_scale().says_one_thing()
    }
}

/// A judge's numbers, as far as they speak of how it uses the scale.
#[derive(Clone, Copy)]
pub(super) struct OnScale<'a> {
    pub panel: &'a Panel,
    pub spread: &'a Spread,
}

impl OnScale<'_> {
    /// What to do about ratings that are squeezed or collapsed; `None` for a judge that uses the scale.
    pub fn remedy(self) -> Option<Remedy> {
        let has = |flag: ScaleFlag| self.spread.flags.contains(&flag);
        match () {
            () if has(ScaleFlag::CompressedFixable) && self.worth_recalibrating() => Some(Remedy::Map),
            () if has(ScaleFlag::CompressedFixable) || has(ScaleFlag::Compressed) => Some(Remedy::Demos),
            () if has(ScaleFlag::Collapsed) && (self.says_one_thing() || self.tells_apart()) => Some(Remedy::Demos),
            () if has(ScaleFlag::Collapsed) => Some(Remedy::Model),
            () => None,
        }
    }

    /// The same value for every item.
    pub fn says_one_thing(self) -> bool {
        let steps = &self.spread.by_value;
        let real = steps.first().is_some_and(|first| steps.iter().any(|s| s.low != first.low || s.high != first.low));
        !real && self.spread.judge.as_ref().is_some_and(|judge| judge.levels_used == 1)
    }

    /// Some order, however little, is there beyond chance.
    fn tells_apart(self) -> bool {
        match self.spread.real {
            true => self.spread.order.is_some_and(|d| d >= ORDER.1),
            false => self.panel.coefficients.somers_d.interval().is_some_and(|i| i.low > 0.0),
        }
    }

    /// A monotone map would help: the judge orders items, and the mapped ratings beat both the raw ones and a constant,
    /// on queries that the map was not fitted to, by more than the standard error.
    pub fn worth_recalibrating(self) -> bool {
        let ordered = match self.spread.real {
            true => self.spread.order.is_some_and(|d| d >= ORDER.0),
            false => self.panel.coefficients.somers_d.interval().is_some_and(|i| i.low > 0.2),
        };
        let constant = self.panel.controls.best_constant.as_ref().and_then(|c| c.nmse.value());
        let spread = self.spread;
        let gain = (spread.nmse_mapped.value(), spread.nmse_now.value(), spread.map_gain_se.value());
        let (Some(mapped), Some(now), Some(se)) = gain else { return false };
        ordered
            && mapped < WORTH * now
            && now - mapped > se
            && constant.is_some_and(|constant| mapped < WORTH * constant)
    }

    /// What is the matter with its use of the scale, in words; `None` for a judge that uses it.
    pub fn in_words(self) -> Option<String> {
        let (spread, remedy) = (self.spread, self.remedy());
        let slope = spread
            .calibration_slope
            .value()
            .map_or(String::new(), |b| format!(" (calibration slope {b:.2}, 1 is calibrated)"));
        // Of real values the headline says something else.
        let now = spread.nmse_now.value().filter(|_| spread.real).map_or(String::new(), |v| format!(" from {v:.1}"));
        let mapped = spread
            .nmse_mapped
            .value()
            .map_or(String::new(), |v| format!(": a map fitted on other queries brings NMSE{now} to {v:.1}"));
        let has = |flag: ScaleFlag| spread.flags.contains(&flag);
        let text = match () {
            () if has(ScaleFlag::Collapsed) => {
                let whereabouts = self.whereabouts().map_or(String::new(), |whereabouts| format!(": {whereabouts}"));
                let what = match remedy {
                    Some(Remedy::Model) => "Take another model",
                    _ => "Change the prompt or the model",
                };
                format!("The judge's ratings have collapsed{whereabouts}. They hardly tell items apart, and no map can help. {what}.")
            }
            () if has(ScaleFlag::Compressed) => {
                let whereabouts = self.whereabouts().map_or(String::new(), |whereabouts| format!(" ({whereabouts})"));
                format!("The judge squeezes its ratings together{whereabouts} and keeps little of their order: a map would help little. Show it rated examples, or change the prompt.")
            }
            () if has(ScaleFlag::CompressedFixable) && remedy == Some(Remedy::Map) => {
                format!("The judge squeezes its ratings together but keeps their order{slope}. Recalibrate{mapped}; the prompt is not the problem.")
            }
            () if has(ScaleFlag::CompressedFixable) => {
                format!("The judge squeezes its ratings together but keeps their order{slope}. What a map gains is not shown to be more than chance{mapped}: show it rated examples, or rate more items.")
            }
            () if has(ScaleFlag::Overdispersed) && self.worth_recalibrating() => {
                format!("The judge says more than it knows: where it rates one point higher, people rate less than that higher{slope}. Recalibrate{mapped}.")
            }
            () if has(ScaleFlag::Overdispersed) => {
                format!("The judge says more than it knows: where it rates one point higher, people rate less than that higher, or lower{slope}. A map would hardly help: its order is the problem.")
            }
            () if has(ScaleFlag::NonMonotone) => "Where the judge rates higher, people do not always: its order is broken in places, and a monotone map cannot mend that.".to_owned(),
            () => return None,
        };
        Some(text)
    }

    /// Where the judge's ratings lie, in words: one rating, or from where to where.
    pub fn whereabouts(self) -> Option<String> {
        let steps = &self.spread.by_value;
        if let (Some(first), Some(last)) = (steps.first(), steps.last()) {
            let (low, high) = (shown(first.low), shown(last.high));
            return Some(if low == high {
                format!("every rating is {low}")
            } else {
                format!("every rating lies from {low} to {high}")
            });
        }
        let judge = self.spread.judge.as_ref()?;
        Some(format!("{:.0} % of the ratings are {}", 100.0 * judge.mode_share, judge.mode))
    }

    /// What a map brings, in words: before and after, on queries that it was not fitted to.
    pub fn map_brings(self) -> Option<String> {
        let value = |figure: &Figure| figure.value().map(|v| format!("{v:.1}"));
        let (now, mapped) = (value(&self.spread.nmse_now)?, value(&self.spread.nmse_mapped)?);
        let cut = value(&self.spread.nmse_cut)?;
        Some(format!("from {now} to {mapped}, and to {cut} when it is cut to whole ratings"))
    }
}

fn shown(value: f64) -> String {
    format!("{}", (value * 100.0).round() / 100.0)
}
