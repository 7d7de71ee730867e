//! Was it worth it? What revising the prompt bought, and what the new judge saves.

use super::{Arm, Role};
use crate::audit::Comparison;
use serde::Serialize;

/// What a carry bought, in numbers.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Worth {
    /// What revising the prompt did on the new model; absent when no revision was better on dev.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revising: Option<Revising>,
    /// Why the old prompt on the new model is not good enough; absent when it is, or it is the judge that was decided on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lacks: Option<String>,
    /// What labels cost, where the prices of both models are known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub labels: Option<Labels>,
}

/// The old prompt and the revised one, both on the new model.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Revising {
    /// NMSE before and after.
    pub nmse: [f64; 2],
    /// The 95 % interval of the change, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval: Option<[f64; 2]>,
    /// Dollars for 1,000 labels before and after.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usd_per_1000: Option<[f64; 2]>,
}

/// The old judge and the new one.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Labels {
    /// Dollars for 1,000 labels of each.
    pub usd_per_1000: [f64; 2],
    /// Dollars saved on 1,000 labels; negative where the new judge is dearer.
    pub saved: f64,
    /// The same as a share of what the old judge costs.
    pub share: f64,
}

/// What was bought: `bought` is the revised prompt against the old one on the new model, `lacks` why the old one does not do.
pub(super) fn worth(arms: &[Arm], chosen: Role, bought: Option<&Comparison>, lacks: Option<String>) -> Worth {
    let usd = |arm: &Arm| arm.panel.cost.usd_per_1000.value();
    let of = |role: Role| arms.iter().find(|arm| arm.role == role);
    let both = |old: Option<&Arm>, new: Option<&Arm>| Some([usd(old?)?, usd(new?)?]);
    let revising = bought.and_then(|bought| {
        let nmse = bought.contrast("nmse")?;
        Some(Revising {
            nmse: [nmse.old.value()?, nmse.new.value()?],
            interval: nmse.difference.interval().map(|interval| [interval.low, interval.high]),
            usd_per_1000: both(of(Role::AsIs), arms.last()),
        })
    });
    let labels = both(of(Role::From), of(chosen)).filter(|[old, _]| *old > 0.0).map(|[old, new]| Labels {
        usd_per_1000: [old, new],
        saved: old - new,
        share: (old - new) / old,
    });
    Worth { revising, lacks, labels }
}
