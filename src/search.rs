//! Finds words in the course's text, and shows them with what stands around.

/// Fewer letters find too much.
const SHORTEST: usize = 2;

/// Letters shown before and after what is found.
const AROUND: usize = 36;

/// A place in a text: what was found, and what stands around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    /// What stands before it.
    pub before: String,
    /// What was found, as it stands there.
    pub found: String,
    /// What stands after it.
    pub after: String,
}

/// What is looked for, if there is enough of it.
pub fn query(typed: &str) -> Option<String> {
    let query = typed.trim().to_ascii_lowercase();
    (query.chars().count() >= SHORTEST).then_some(query)
}

/// The first place in a text where a [`query`] stands, at the beginning of a word if
/// there is such a place. Capitals make no difference.
pub fn find(text: &str, query: &str) -> Option<Excerpt> {
    let lower = text.to_ascii_lowercase();
    let mut places = lower.match_indices(query).map(|(at, _)| at);
    let begins = |at: &usize| {
        let before = text.get(..*at).and_then(|before| before.chars().next_back());
        !before.is_some_and(char::is_alphanumeric)
    };
    let first = places.next()?;
    let at = if begins(&first) { first } else { places.find(begins).unwrap_or(first) };
    // Lowering ASCII letters moves nothing, so the places are the same.
    let (before, rest) = text.split_at_checked(at)?;
    let (found, after) = rest.split_at_checked(query.len())?;
    let mut tail: Vec<_> = before.chars().rev().take(AROUND).collect();
    if tail.len() == AROUND {
        let cut = tail.iter().rposition(|c| c.is_whitespace()).unwrap_or(AROUND);
        tail.truncate(cut);
        tail.extend([' ', '…']);
    }
    let mut head: String = after.chars().take(AROUND).collect();
    if head.len() < after.len() {
        if let Some((whole, _)) = head.rsplit_once(char::is_whitespace) {
            head = whole.to_owned();
        }
        head.push_str(" …");
    }
    Some(Excerpt { before: tail.into_iter().rev().collect(), found: found.to_owned(), after: head })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(text: &str, typed: &str) -> Option<String> {
        let Excerpt { before, found, after } = find(text, &query(typed)?)?;
        Some(format!("{before}[{found}]{after}"))
    }

    #[test]
    fn words_are_shown_with_what_stands_around() {
        let text =
            "You may give the scaler one number, a CPU target, and it does the division for you.";
        assert_eq!(
            shown(text, "cpu target").as_deref(),
            Some(
                "… may give the scaler one number, a [CPU target], and it does the division for you."
            )
        );
        assert_eq!(shown(text, "zone"), None);
        assert_eq!(shown(text, " c "), None, "a letter finds too much");
    }

    #[test]
    fn the_beginning_of_a_word_comes_first() {
        assert_eq!(
            shown("multitask, then a task", "task").as_deref(),
            Some("multitask, then a [task]")
        );
        assert_eq!(shown("multitask", "task").as_deref(), Some("multi[task]"));
    }

    proptest! {
        #[test]
        fn any_text_can_be_searched(text in "\\PC{0,80}", typed in "\\PC{0,4}") {
            if let Some(shown) = query(&typed).and_then(|query| find(&text, &query)) {
                prop_assert!(text.contains(&shown.found));
            }
        }
    }
}
