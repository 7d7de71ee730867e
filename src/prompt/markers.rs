//! The code between whose lines an item's text stands.
//!
//! A code is drawn by hash from the item's own text until one is found that does not occur in it. So no byte of an
//! item can repeat its code, whoever wrote the item and whatever they know of this program, and the same item gives
//! the same request every time, which the exact-request cache needs.

/// A code that does not occur in any of `parts`: 12 hexadecimal digits.
pub fn code<'a>(parts: impl Iterator<Item = &'a str> + Clone) -> String {
    let mut hasher = blake3::Hasher::new_derive_key("assessor 2026 item marker");
    for part in parts.clone() {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    let mut stream = hasher.finalize_xof();
    loop {
        let mut bytes = [0u8; 6];
        stream.fill(&mut bytes);
        let code: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
        if !parts.clone().any(|part| part.contains(&code)) {
            return code;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_same_text_gives_the_same_code_and_another_text_another() {
        let a = code(["one", "two"].into_iter());
        assert_eq!(a, code(["one", "two"].into_iter()));
        assert_ne!(a, code(["onet", "wo"].into_iter()));
        assert_eq!(a.len(), 12);
    }

    proptest! {
        #[test]
        fn a_code_never_occurs_in_the_text_that_it_marks(text in "[0-9a-f]{0,4000}") {
            prop_assert!(!text.contains(&code([text.as_str()].into_iter())));
        }
    }
}
