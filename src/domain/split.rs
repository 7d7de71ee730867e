//! The three parts of a dataset, as three types: an optimiser can be given `Train` and `Dev` and nothing else.

use std::fmt;

macro_rules! part {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name<T>(pub T);
    };
}
part! {
    /// What a prompt may be written from: feedback, demonstrations.
    Train
}
part! {
    /// What candidates are compared on.
    Dev
}
part! {
    /// What is opened to report a result; opening it is recorded.
    Test
}

/// The name of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// See [`Train`].
    Train,
    /// See [`Dev`].
    Dev,
    /// See [`Test`].
    Test,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Train => "train",
            Self::Dev => "dev",
            Self::Test => "test",
        })
    }
}
