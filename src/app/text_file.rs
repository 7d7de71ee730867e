//! Small text files that people write: prompts, rubrics, libraries, lists of ids.

use super::AppError;
use crate::domain::Place;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// What a file holds, for whoever named another one.
pub(super) struct TextFile<'a> {
    /// `prompt`: it stands in the messages.
    pub what: &'a str,
    /// Bytes at most. A pipe without an end would fill the memory.
    pub most: u64,
    /// What to do about a file that is none.
    pub hint: &'a str,
}

impl TextFile<'_> {
    /// The whole text.
    ///
    /// # Errors
    /// [`AppError::Input`] when it cannot be read, is too large, or is not UTF-8.
    pub fn read(&self, path: &Path) -> Result<String, AppError> {
        self.text(path, File::open(path))
    }

    /// The same, of what was opened under the name `path`.
    pub fn text(&self, path: &Path, opened: io::Result<impl Read>) -> Result<String, AppError> {
        let refused = |message: String, hint: &str| AppError::Input {
            message,
            place: Some(Place::file(path.display().to_string())),
            hint: hint.to_owned(),
        };
        let mut bytes = Vec::new();
        opened
            .and_then(|opened| opened.take(self.most + 1).read_to_end(&mut bytes))
            .map_err(|e| refused(format!("the {} cannot be read: {e}", self.what), self.hint))?;
        if bytes.len() as u64 > self.most {
            return Err(refused(format!("the {} has more than {} bytes", self.what, self.most), self.hint));
        }
        String::from_utf8(bytes).map_err(|_| refused(format!("the {} is not UTF-8", self.what), "save it as UTF-8"))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::domain::Explain as _;

    const LIST: TextFile<'_> = TextFile { what: "list of ids", most: 8, hint: "one id a line" };

    fn told(content: &[u8]) -> (String, String) {
        let error = LIST.text(Path::new("ids.txt"), Ok(content)).unwrap_err();
        (error.to_string(), error.hint().unwrap().to_owned())
    }

    #[test]
    fn what_is_no_small_text_file_is_refused() {
        assert_eq!(LIST.text(Path::new("ids.txt"), Ok(&b"a\nb\n"[..])).unwrap(), "a\nb\n");
        assert_eq!(told(b"123456789"), ("the list of ids has more than 8 bytes".into(), "one id a line".into()));
        assert_eq!(told(b"\xff"), ("the list of ids is not UTF-8".into(), "save it as UTF-8".into()));
        let absent = LIST.read(Path::new("/nowhere/ids.txt")).unwrap_err();
        assert_eq!(absent.to_string(), "the list of ids cannot be read: No such file or directory (os error 2)");
    }

    #[test]
    fn no_more_is_read_of_what_has_no_end_than_it_may_have() {
        assert!(LIST.text(Path::new("-"), Ok(io::repeat(b'x'))).is_err());
    }
}
