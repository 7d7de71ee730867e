//! `assessor bullets add`, `vet` and `retire`

use crate::app::{self, AppError, Project, Ruled};
use crate::cli::DONE;
use crate::cli::args::{BulletsAddArgs, RetireArgs, VetArgs};
use crate::cli::error::clean;
use crate::cli::out::Out;

pub(super) fn add(args: &BulletsAddArgs, project: &Project, out: &Out) -> Result<u8, AppError> {
    let (added, warnings) = app::add_bullet(project, &args.library.request(), &args.bullet())?;
    warnings.iter().for_each(|warning| out.note(&format!("warning: {}", warning.text)));
    Ok(out.result("bullets", DONE, &added, warnings, || {
        let (id, file) = (&added.bullet.id, added.file.display());
        let next = out.command(&format!("bullets vet {id} --by NAME{}", args.library.flags()));
        format!("Candidate `{id}` in {file}: {}\nNext:  {next}", clean(&added.bullet.text))
    }))
}

pub(super) fn vet(args: &VetArgs, project: &Project, out: &Out) -> Result<u8, AppError> {
    let ruled = app::vet_bullet(project, &args.library.request(), &args.id, &args.by, args.why.as_deref())?;
    Ok(out.result("bullets", DONE, &ruled, Vec::new(), || {
        let next = out.command(&format!("optimize bullets{}", args.library.flags()));
        format!("{}\nNext:  {next}", said(&ruled))
    }))
}

pub(super) fn retire(args: &RetireArgs, project: &Project, out: &Out) -> Result<u8, AppError> {
    let ruled = app::retire_bullet(project, &args.library.request(), &args.id, &args.why, args.by.as_deref())?;
    Ok(out.result("bullets", DONE, &ruled, Vec::new(), || {
        let id = &ruled.bullet.id;
        let without = out.command(&format!("judge add --from VERSION --without-bullet {id}"));
        format!("{}\nStored judges that have it stay as they are; without it:  {without}", said(&ruled))
    }))
}

fn said(ruled: &Ruled) -> String {
    let Ruled { file, bullet, was } = ruled;
    format!("`{}` is {} now, and was {}: {}", bullet.id, bullet.status.name(), was.name(), file.display())
}
