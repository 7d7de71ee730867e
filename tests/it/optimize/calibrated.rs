//! A calibration map after the search: adopted with the judge where it helps, at no call, and left alone where it does not.

use super::provider::{Habits, Provider};
use super::{Stand, events, judge_calls, label_files};
use crate::support::Folder;
use assessor::app::{self, Method, Optimized};
use assessor::labels::Fractions;
use assessor::optimize::event::Entry;
use assessor::optimize::flywheel;
use tokio::sync::watch;

/// Data with enough of Dev for a map, and a reflection model that proposes nothing.
async fn stand(squeezed: bool) -> Stand {
    let provider = Provider::start(Habits { squeezed, proposals: Some(Vec::new()), ..Habits::default() }).await;
    let folder = Folder::new();
    let files = Some(label_files(folder.path(), 7, (96, 4), false));
    Stand { folder, provider, files, fractions: Fractions::new(40, 20, 40).unwrap(), concurrency: 8 }
}

async fn run(stand: &Stand, calibrate: bool) -> Optimized {
    let (_keep, cancel) = watch::channel(false);
    let method = Method::Flywheel(flywheel::Knobs { rows: 0, ..flywheel::Knobs::default() });
    let request = app::OptimizeRequest { calibrate, ..stand.request(method, judge_calls(1200)) };
    let mut project = stand.project(5);
    project.config.model.get_mut("judge").unwrap().id = "sim/large".into();
    app::optimize(&project, &request, &mut |_| {}, cancel).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_squeezed_judge_is_mended_by_a_map_alone_which_costs_no_call_and_is_decided_on_held_out_items() {
    let stand = stand(true).await;
    let found = run(&stand, true).await;
    let calibration = found.summary.calibration.as_ref().unwrap();
    assert!(calibration.dev.used && calibration.dev.after < calibration.dev.before, "{calibration:?}");
    let (without, with) = (calibration.test_without.unwrap(), calibration.test_with.unwrap());
    assert!(with < without && !calibration.made_worse(), "{without} {with}");
    // The prompt is the baseline's, and what is adopted reads its ratings through the map.
    assert_eq!((found.best.prompt.clone(), found.conclusion.best), (found.baseline.prompt.clone(), 0));
    assert_eq!(found.best.map, calibration.dev.map());
    assert!(!found.summary.adopted.is_baseline, "{:?}", found.summary.decision.map(|d| d.reasons));
    assert_eq!(found.adopted().hash(), found.summary.version.clone().unwrap());
    // Each item of Dev and of Test was asked about once.
    assert_eq!(found.summary.calls.judge, stand.provider.seen().judge);
    let asked: u64 = stand.provider.seen().systems.values().sum();
    assert!(asked <= 96 * 4, "{asked}");
    // The log has it, before the held-out part was opened.
    let place = |wanted: fn(&Entry) -> bool| found.log.iter().position(wanted).unwrap();
    let calibrated = place(|entry| matches!(entry, Entry::Calibrated(_)));
    assert!(calibrated < place(|entry| matches!(entry, Entry::Opened { .. })));
    assert_eq!(found.story.calibrated.as_ref(), Some(&calibration.dev));
    let scale = found.summary.scale.as_ref().unwrap();
    assert!(
        scale.baseline.as_ref().is_some_and(|found| found.text.contains("squeezes its ratings together")),
        "{scale:?}"
    );
    assert_eq!(scale.best, None, "the map mended it");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_judge_that_needs_no_map_gets_none_and_a_run_without_the_option_is_another_run() {
    let stand = stand(false).await;
    let (with, without) = (run(&stand, true).await, run(&stand, false).await);
    assert_eq!(with.best.map, None);
    assert!(!with.summary.calibration.as_ref().is_some_and(|found| found.dev.used), "{:?}", with.summary.calibration);
    assert!(without.summary.calibration.is_none() && with.summary.run != without.summary.run);
    assert!(!without.log.iter().any(|entry| matches!(entry, Entry::Calibrated(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_run_again_asks_nothing_and_comes_to_the_same_map() {
    let stand = stand(true).await;
    let first = run(&stand, true).await;
    let (log, asked) = (events(&stand.folder.path().join("state")), stand.provider.seen().judge);
    let again = run(&stand, true).await;
    assert_eq!(stand.provider.seen().judge, asked);
    assert_eq!(events(&stand.folder.path().join("state")), log);
    assert_eq!((again.best.hash(), again.log), (first.best.hash(), first.log));
}
