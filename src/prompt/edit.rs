//! The part of a prompt that a revision may change, as one text, and a prompt from a revised text.
//!
//! Instruction and rules are one text, so that whoever revises a prompt sees what the judge sees. The output contract is
//! not in it: it cannot be lost, and no revision can touch it. Examples are not in it either.

use super::Prompt;

/// Stands alone on the line before the rules.
const RULES: &str = "Rules:";

impl Prompt {
    /// Instruction and rules as one text. [`Prompt::revised`] reads it back.
    pub fn editable(&self) -> String {
        let mut text = self.instruction.trim().to_owned();
        if !self.bullets.is_empty() {
            text.push_str("\n\n");
            text.push_str(RULES);
            for bullet in &self.bullets {
                text.push_str("\n- ");
                text.push_str(bullet.trim());
            }
        }
        text
    }

    /// This prompt with another editable text; contract and examples stay. Lines that end the text and begin with `- `
    /// are its rules, whether they stand under `Rules:` or were added to an instruction that had none; everything
    /// before them is the instruction.
    pub fn revised(&self, text: &str) -> Self {
        let lines: Vec<&str> = text.trim().lines().map(str::trim_end).collect();
        let is_rule = |line: &&&str| line.is_empty() || line.starts_with("- ") && line.len() > 2;
        let trailing = lines.iter().rev().take_while(is_rule).count();
        let mut start = lines.len() - trailing;
        // A list inside the instruction that happens to end it stays where it was.
        let own = self.instruction.trim().lines().count();
        if start < own
            && own <= lines.len()
            && lines.iter().zip(self.instruction.trim().lines()).take(own).all(|(a, b)| *a == b.trim_end())
        {
            start = own;
        }
        let bullets = lines[start..].iter().filter_map(|line| line.strip_prefix("- ")).map(|b| b.trim().to_owned());
        let head = &lines[..start];
        let head = match head.last() {
            Some(last) if last.trim() == RULES => &head[..head.len() - 1],
            _ => head,
        };
        Self {
            instruction: head.join("\n").trim().to_owned(),
            bullets: bullets.collect(),
            demos: self.demos.clone(),
            nearest: self.nearest.clone(),
            contract: self.contract.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rubric::shipped;

    fn with(bullets: &[&str]) -> Prompt {
        let mut prompt = Prompt::of(&shipped());
        prompt.instruction = prompt.instruction.trim().to_owned();
        prompt.bullets = bullets.iter().map(|b| (*b).to_owned()).collect();
        prompt
    }

    #[test]
    fn a_prompt_reads_its_own_text_back() {
        for bullets in [&[][..], &["Rate drafts lower."], &["One.", "Two: a - b."]] {
            let prompt = with(bullets);
            assert_eq!(prompt.revised(&prompt.editable()), prompt);
        }
    }

    #[test]
    fn lines_added_at_the_end_become_rules_with_or_without_the_heading() {
        let prompt = with(&[]);
        let text = format!("{}\n- Rate drafts lower.", prompt.editable());
        assert_eq!(prompt.revised(&text), with(&["Rate drafts lower."]));
        let more = with(&["Rate drafts lower."]);
        let text = format!("{}\n\n- Rate old pages lower.\n", more.editable());
        assert_eq!(more.revised(&text), with(&["Rate drafts lower.", "Rate old pages lower."]));
    }

    #[test]
    fn a_text_that_is_shorter_than_the_instruction_is_read_as_it_is() {
        let mut prompt = with(&[]);
        assert_eq!(prompt.revised("").instruction, "");
        prompt.instruction = "Look at:\n- the date\n- the owner".into();
        assert_eq!(prompt.revised("Look at:\n- the date").bullets, ["the date"]);
    }

    #[test]
    fn a_text_that_was_cut_off_is_an_instruction_that_was_cut_off() {
        let prompt = with(&["Rate drafts lower."]);
        let cut: Vec<&str> = prompt.instruction.lines().take(8).collect();
        for text in ["", "\n", &cut.join("\n"), &format!("{}\n- ", cut.join("\n"))] {
            let revised = prompt.revised(text);
            assert!(revised.bullets.is_empty() && revised.instruction.len() < prompt.instruction.len(), "{text}");
        }
    }

    #[test]
    fn a_list_that_ends_the_instruction_stays_in_it() {
        let mut prompt = with(&[]);
        prompt.instruction = "Rate it. Look at:\n- the date\n- the owner".into();
        assert_eq!(prompt.revised(&prompt.editable()), prompt);
        let revised = prompt.revised(&format!("{}\n- Rate drafts lower.", prompt.editable()));
        assert_eq!((revised.instruction, revised.bullets), (prompt.instruction, vec!["Rate drafts lower.".to_owned()]));
    }
}
