//! `assessor schema`

use super::DONE;
use super::args::SchemaArgs;
use super::out::Out;
use crate::app::{self, AppError};

pub(super) fn run(args: &SchemaArgs, out: &Out) -> Result<u8, AppError> {
    let schema = app::schema(&args.name)?;
    out.raw(&serde_json::to_string_pretty(&schema).expect("a schema is plain data"));
    Ok(DONE)
}
