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

/// What is opened to report a result. Its content comes out against an [`Opening`], which is a record of that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Test<T>(T);

impl<T> Test<T> {
    /// A held-out part, closed.
    pub fn new(content: T) -> Self {
        Self(content)
    }

    /// Its content, for whoever has recorded that it is opened.
    pub fn open(self, _recorded: Opening) -> T {
        self.0
    }
}

impl<T> Test<Vec<T>> {
    /// How many there are; counting opens nothing.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Says that the opening of a held-out part is on record, and the how manieth it is.
#[derive(Debug)]
pub struct Opening(u64);

impl Opening {
    /// The opening was recorded, as number `looks` of this data, from 1.
    pub fn recorded(looks: u64) -> Self {
        Self(looks)
    }

    /// How often the part has been opened, this time included.
    pub fn looks(&self) -> u64 {
        self.0
    }
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
