//! AWS's names as each form spells them.

/// The words of a name such as `OKActions` or `RoleARN`, in lower case.
fn words(name: &str) -> Vec<String> {
    let chars: Vec<char> = name.chars().collect();
    let mut words: Vec<String> = Vec::new();
    for (i, &c) in chars.iter().enumerate() {
        if !c.is_alphanumeric() {
            words.push(String::new());
            continue;
        }
        let before = i.checked_sub(1).map(|i| chars[i]);
        let starts = c.is_uppercase()
            && (before.is_some_and(|before| before.is_lowercase() || before.is_ascii_digit())
                || before.is_some_and(char::is_uppercase)
                    && chars.get(i + 1).is_some_and(|after| after.is_lowercase()));
        if starts || words.is_empty() {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.extend(c.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// `MinCapacity` as an option of the AWS CLI, `min-capacity`.
pub(crate) fn kebab(name: &str) -> String {
    words(name).join("-")
}

/// `MinCapacity` as an argument of Terraform, `min_capacity`.
pub(crate) fn snake(name: &str) -> String {
    words(name).join("_")
}

/// A name as a shell variable, `MIN_CAPACITY`.
pub(crate) fn screaming(name: &str) -> String {
    let name = snake(name).to_ascii_uppercase();
    let ascii: String = name.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
    if ascii.starts_with(|c: char| c.is_ascii_alphabetic()) { ascii } else { format!("V_{ascii}") }
}

/// A name as a logical ID of CloudFormation, letters and digits.
pub(crate) fn pascal(name: &str) -> String {
    let mut id = String::new();
    for word in words(name) {
        let mut chars = word.chars().filter(char::is_ascii_alphanumeric);
        id.extend(chars.next().map(|c| c.to_ascii_uppercase()));
        id.extend(chars);
    }
    if id.is_empty() { "Resource".to_owned() } else { id }
}

/// Finds a name that nobody has taken yet, by a number at its end.
#[derive(Debug, Default)]
pub(crate) struct Taken(std::collections::BTreeSet<String>);

impl Taken {
    pub(crate) fn take(&mut self, wish: &str) -> String {
        let mut name = wish.to_owned();
        let mut n = 2_u32;
        while !self.0.insert(name.clone()) {
            name = format!("{wish}{n}");
            n += 1;
        }
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_spelt_as_each_form_spells_them() {
        for (api, option, argument) in [
            ("MinCapacity", "min-capacity", "min_capacity"),
            ("RoleARN", "role-arn", "role_arn"),
            ("OKActions", "ok-actions", "ok_actions"),
            ("ScalableTargetAction", "scalable-target-action", "scalable_target_action"),
            ("Timezone", "timezone", "timezone"),
        ] {
            assert_eq!((kebab(api), snake(api)), (option.to_owned(), argument.to_owned()));
        }
        assert_eq!(screaming("aws_ecs_service.app.name"), "AWS_ECS_SERVICE_APP_NAME");
        assert_eq!(pascal("cpu-target-70"), "CpuTarget70");
        assert_eq!(screaming("7 up"), "V_7_UP");
    }

    #[test]
    fn a_taken_name_gets_a_number() {
        let mut taken = Taken::default();
        assert_eq!([taken.take("a"), taken.take("a"), taken.take("a")], ["a", "a2", "a3"]);
    }
}
