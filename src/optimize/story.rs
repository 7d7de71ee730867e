//! The log → what people are shown.
