//! Where a library is, and how it is changed: whole, and only if it is still what was read.

use crate::app::project::{persist, settle};
use crate::app::text_file::TextFile;
use crate::app::{AppError, Project};
use crate::domain;
use crate::rubric::Rubric;
use crate::rubric::bullets::{self, LARGEST, Library};
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// Where the library of a rubric is.
pub(in crate::app) struct Place {
    pub path: PathBuf,
    /// The rubric's id.
    rubric: String,
    /// Somebody named this very file.
    named: bool,
}

/// What was read.
pub(in crate::app) struct Shelf {
    pub library: Library,
    pub text: String,
    /// There is a file; otherwise it is the one inside the binary, or an empty one.
    pub from_file: bool,
}

impl Place {
    /// The library that was named, or the one beside the rubric's file: the one that was named, the project's, or where
    /// `assessor init` would put it.
    pub fn of(project: &Project, rubric: &Rubric, beside: Option<&Path>, library: Option<&Path>) -> Self {
        let beside = beside.or(project.config.defaults.rubric.as_deref()).unwrap_or(Path::new("rubrics/_"));
        let path = match library {
            Some(file) => file.to_owned(),
            None => beside.with_file_name(format!("{}.bullets.toml", rubric.id)),
        };
        Self { path, rubric: rubric.id.clone(), named: library.is_some() }
    }

    /// Reads the library. Where there is no file, and none was named, the shipped rubric has the shipped library, and others
    /// an empty one.
    pub fn read(&self) -> Result<Shelf, AppError> {
        if self.named && !self.path.exists() {
            return Err(AppError::Input {
                message: "the library does not exist".into(),
                place: Some(domain::Place::file(self.path.display().to_string())),
                hint: "check `--library`; `assessor bullets add` and `draft` begin a new one there".into(),
            });
        }
        self.read_or_begin()
    }

    /// The same for who is about to write a library that may be new.
    pub fn read_or_begin(&self) -> Result<Shelf, AppError> {
        let name = self.path.display().to_string();
        let found = self.text()?;
        let from_file = found.is_some();
        let text = found.unwrap_or_else(|| match bullets::shipped().rubric == self.rubric {
            true => bullets::SHIPPED.to_owned(),
            false => format!("# The instruction library of the rubric `{0}`.\nrubric = \"{0}\"\n", self.rubric),
        });
        let library = bullets::load(&name, &text)?;
        if library.rubric != self.rubric {
            return Err(AppError::Input {
                message: format!("the library is for the rubric `{}`, and not for `{}`", library.rubric, self.rubric),
                place: Some(domain::Place::file(name)),
                hint: "name the rubric's own library with `--library FILE`: a rule for one task is none for another"
                    .into(),
            });
        }
        Ok(Shelf { library, text, from_file })
    }

    fn text(&self) -> Result<Option<String>, AppError> {
        let library = TextFile {
            what: "library",
            most: LARGEST,
            hint: "a library is a text file in TOML, of some hundred lines",
        };
        match File::open(&self.path) {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
            opened => library.text(&self.path, opened).map(Some),
        }
    }

    /// Puts `text` in the place of what was read, if that is still what is there.
    pub fn replace(&self, shelf: &Shelf, text: &str) -> Result<(), AppError> {
        // What cannot be read back must never be written.
        bullets::load(&self.path.display().to_string(), text)?;
        let folder = self.path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let fault = |e| AppError::system("writing", &self.path, e);
        std::fs::create_dir_all(folder).map_err(fault)?;
        let mut file = tempfile::Builder::new().prefix(".assessor-").tempfile_in(folder).map_err(fault)?;
        file.write_all(text.as_bytes()).map_err(fault)?;
        if !shelf.from_file {
            settle(&file, &self.path)?;
            return match file.persist_noclobber(&self.path) {
                Ok(_) => Ok(()),
                Err(e) if e.error.kind() == std::io::ErrorKind::AlreadyExists => Err(self.changed()),
                Err(e) => Err(fault(e.error)),
            };
        }
        // The lock is on the file that is replaced: whoever waits for it finds another file in its place, and another text.
        let now = File::open(&self.path).map_err(|_| self.changed())?;
        now.lock().map_err(fault)?;
        if self.text()?.as_deref() != Some(shelf.text.as_str()) {
            return Err(self.changed());
        }
        persist(file, &self.path)
    }

    fn changed(&self) -> AppError {
        AppError::Input {
            message: "the library was changed while this command worked on it".into(),
            place: Some(domain::Place::file(self.path.display().to_string())),
            hint: "nothing was written; run the command again".into(),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::domain::Explain as _;

    fn place(folder: &Path) -> Place {
        Place { path: folder.join("relevance.bullets.toml"), rubric: "relevance".into(), named: false }
    }

    #[test]
    fn of_two_who_change_what_they_read_one_wins_and_the_other_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let place = place(folder.path());
        let (one, other) = (place.read().unwrap(), place.read().unwrap());
        assert!(!one.from_file && one.library == bullets::shipped());
        place.replace(&one, &format!("# A.\n{}", one.text)).unwrap();
        let error = place.replace(&other, &other.text).unwrap_err();
        assert_eq!(error.to_string(), "the library was changed while this command worked on it");
        assert_eq!(error.hint().unwrap(), "nothing was written; run the command again");
        let (one, other) = (place.read().unwrap(), place.read().unwrap());
        place.replace(&one, &format!("# B.\n{}", one.text)).unwrap();
        assert!(place.replace(&other, &other.text).is_err());
        assert!(place.read().unwrap().text.starts_with("# B.\n# A.\n"));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
    }

    #[test]
    fn what_is_no_library_is_never_written() {
        let folder = tempfile::tempdir().unwrap();
        let place = place(folder.path());
        let shelf = place.read().unwrap();
        assert!(place.replace(&shelf, "rubric = 3").is_err());
        assert!(!place.path.exists());
    }

    #[test]
    fn a_library_of_another_rubric_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let place = place(folder.path());
        std::fs::write(&place.path, "rubric = \"other\"\n").unwrap();
        let error = place.read().map(|_| ()).unwrap_err();
        assert_eq!(error.to_string(), "the library is for the rubric `other`, and not for `relevance`");
    }
}
