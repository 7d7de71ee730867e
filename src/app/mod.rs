//! The use cases: the only room that wires others together. Faces call these functions and show what they return.

mod adapt;
mod audit;
mod bullets;
mod compare;
mod config;
mod disagree;
mod doctor;
mod earlier;
mod error;
mod folder;
mod gather;
mod init;
mod judges;
mod label;
mod left_out;
mod optimize;
mod lint;
mod plan;
mod project;
mod ratings;
mod samples;
mod schema;
mod suggest;
mod text_file;
mod tuned;
mod world;
mod yardstick;

pub use adapt::{AdaptRequest, Adapted, adapt};
pub use audit::{Audited, Questions, audit};
pub use bullets::{
    BulletAdded, BulletList, BulletsRequest, Drafted, NewBullet, Ruled, Swap, add_bullet, draft_bullets, list_bullets,
    retire_bullet, vet_bullet,
};
pub use compare::{CompareRequest, Compared, Contender, Require, compare};
pub use config::{CONFIG_FILE, Config};
pub use disagree::{Disagreed, Filter, disagree};
pub use doctor::{Checkup, Finding, Health, doctor};
pub use error::AppError;
pub use gather::{AuditRequest, Source};
pub use init::{Written, init};
pub use judges::{
    Added, Against, HandWritten, JudgeList, Moved, Promotion, Shown, add_judge, diff_judges, list_judges,
    promote_judge, rollback_judge, show_judge,
};
pub use label::{LabelRequest, Labelled, Limits, Watch, default_out, label};
pub use lint::{Fault, LintRequest, Linted, lint};
pub use optimize::{Method, OptimizeRequest, Optimized, Regime, optimize};
pub use plan::{Plan, plan};
pub use project::{JudgeRequest, Project, Shipped, SimServer, can_write, write_whole};
pub use schema::{Envelope, SCHEMAS, Warning, schema};
pub use world::{MOST_QUERIES, SimJudge, Told, Truth, World, read_prompts, truth, write_world};
