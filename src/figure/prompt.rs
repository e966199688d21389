//! At the prompt: what the figure shows, as an AWS engineer would type and
//! read it.

use headroom_model::trace::activity::{Activity, activities};
use serde_json::{Map, Value};

use super::run::Run;

/// What is typed and read elsewhere than here.
const RESOURCE: &str = "service/shop/web";
/// The service as CloudWatch's dimensions.
const DIMENSIONS: &str = "Name=ClusterName,Value=shop Name=ServiceName,Value=web";
/// Activities that a listing shows.
const LATEST: usize = 3;

/// AWS's pages give these fields first, in this order; a JSON map would not
/// keep it. Fields that are not here come after, by name.
const ORDER: &[&str] = &[
    "AlarmName",
    "TargetValue",
    "PredefinedMetricSpecification",
    "CustomizedMetricSpecification",
    "PredefinedMetricType",
    "ResourceLabel",
    "Id",
    "Expression",
    "MetricStat",
    "Metric",
    "Namespace",
    "MetricName",
    "Dimensions",
    "Statistic",
    "Period",
    "EvaluationPeriods",
    "DatapointsToAlarm",
    "Threshold",
    "ComparisonOperator",
    "TreatMissingData",
    "AdjustmentType",
    "StepAdjustments",
    "MetricIntervalLowerBound",
    "MetricIntervalUpperBound",
    "ScalingAdjustment",
    "MinAdjustmentMagnitude",
    "Cooldown",
    "MetricAggregationType",
    "ScaleOutCooldown",
    "ScaleInCooldown",
    "DisableScaleIn",
    "MetricSpecifications",
    "Mode",
];

/// The commands that set up the scaling of the figure: its scenario's
/// `autoscaling` is AWS's own JSON, and nothing of it is left out.
pub fn commands(run: &Run) -> String {
    let Some(scaling) = &run.autoscaling else {
        let by_hand = run.trace.by_hand.last().map(|hand| hand.desired);
        let desired = by_hand.unwrap_or(run.scenario.service.desired_count);
        return format!(
            "aws ecs update-service --cluster shop --service web \\\n  --desired-count {desired}"
        );
    };
    let list = |name: &str| scaling.get(name).and_then(Value::as_array).into_iter().flatten();
    let alarms: Vec<&Value> = list("Alarms").collect();
    let called = |name: &str| {
        let calls = |alarm: &&Value| {
            let actions = alarm.get("AlarmActions").and_then(Value::as_array);
            actions
                .is_some_and(|actions| actions.iter().any(|action| action.as_str() == Some(name)))
        };
        alarms.iter().any(calls)
    };
    let mut commands = vec![register(scaling.get("ScalableTarget").unwrap_or(&Value::Null))];
    commands.extend(list("ScalingPolicies").map(|policy| put_policy(policy, called)));
    commands.extend(alarms.iter().map(|alarm| put_alarm(alarm)));
    commands.extend(list("ScheduledActions").map(put_action));
    commands.join("\n\n")
}

/// One command of Application Auto Scaling; each option on a line of its own.
fn command(name: &str, options: &[(&str, String)]) -> String {
    let options = options.iter().map(|(name, value)| format!(" \\\n  --{name} {value}"));
    format!(
        "aws application-autoscaling {name} \\\n  --service-namespace ecs \
         --scalable-dimension ecs:service:DesiredCount \\\n  --resource-id {RESOURCE}{}",
        options.collect::<String>()
    )
}

fn register(target: &Value) -> String {
    let bound = |name: &str| target.get(name).map(plain);
    let mut options = Vec::new();
    options.extend(bound("MinCapacity").map(|min| ("min-capacity", min)));
    options.extend(bound("MaxCapacity").map(|max| ("max-capacity", max)));
    if let Some(state) = target.get("SuspendedState") {
        options.push(("suspended-state", quoted(state)));
    }
    command("register-scalable-target", &options)
}

fn put_policy(policy: &Value, called: impl Fn(&str) -> bool) -> String {
    let name = text(policy, "PolicyName");
    let kind = text(policy, "PolicyType");
    let config = policy.get(format!("{kind}PolicyConfiguration")).unwrap_or(&Value::Null);
    let option = match kind {
        "StepScaling" => "step-scaling-policy-configuration",
        "PredictiveScaling" => "predictive-scaling-policy-configuration",
        _ => "target-tracking-scaling-policy-configuration",
    };
    let mut options = vec![
        ("policy-name", word(name)),
        ("policy-type", kind.to_owned()),
        (option, quoted(config)),
    ];
    if !called(name) {
        return command("put-scaling-policy", &options);
    }
    // An alarm calls it by its ARN.
    options.push(("query", "PolicyARN --output text".to_owned()));
    format!("{}=$({})", variable(name), command("put-scaling-policy", &options))
}

fn put_alarm(alarm: &Value) -> String {
    let Some(fields) = alarm.as_object() else { return String::new() };
    let mut lines = vec!["aws cloudwatch put-metric-alarm".to_owned()];
    for (name, value) in in_order(fields) {
        let option = option_of(name);
        lines.push(match (name, value) {
            ("ActionsEnabled", Value::Bool(false)) => "--no-actions-enabled".to_owned(),
            ("ActionsEnabled", _) => "--actions-enabled".to_owned(),
            (_, Value::String(text)) => format!("--{option} {}", word(text)),
            (_, Value::Array(items)) if items.iter().all(Value::is_string) => {
                let actions = items.iter().filter_map(Value::as_str).map(action);
                format!("--{option} {}", actions.collect::<Vec<_>>().join(" "))
            }
            (_, Value::Array(_) | Value::Object(_)) => format!("--{option} {}", quoted(value)),
            _ => format!("--{option} {}", plain(value)),
        });
        let of_a_service = name == "MetricName" && text(alarm, "Namespace") == "AWS/ECS";
        if of_a_service && !fields.contains_key("Dimensions") {
            lines.push(format!("--dimensions {DIMENSIONS}"));
        }
    }
    lines.join(" \\\n  ")
}

/// What an alarm calls: a policy by the variable that holds its ARN.
fn action(name: &str) -> String {
    if name.starts_with("arn:") { word(name) } else { format!("\"${}\"", variable(name)) }
}

/// A field's option: `OKActions` is `ok-actions`.
fn option_of(field: &str) -> String {
    let letters: Vec<char> = field.chars().collect();
    let mut option = String::new();
    for (at, letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| letters[at].is_lowercase());
        let after = letters.get(at + 1).is_some_and(|next| next.is_lowercase());
        if letter.is_uppercase() && before.is_some_and(|lower| lower || after) {
            option.push('-');
        }
        option.push(letter.to_ascii_lowercase());
    }
    option
}

fn put_action(action: &Value) -> String {
    let mut options = vec![
        ("scheduled-action-name", word(text(action, "ScheduledActionName"))),
        ("schedule", word(text(action, "Schedule"))),
    ];
    for (field, option) in
        [("Timezone", "timezone"), ("StartTime", "start-time"), ("EndTime", "end-time")]
    {
        let given = action.get(field).and_then(Value::as_str);
        options.extend(given.map(|value| (option, word(value))));
    }
    let bounds = action.get("ScalableTargetAction").unwrap_or(&Value::Null);
    let bounds: Vec<_> = ["MinCapacity", "MaxCapacity"]
        .into_iter()
        .filter_map(|name| Some(format!("{name}={}", plain(bounds.get(name)?))))
        .collect();
    options.push(("scalable-target-action", bounds.join(",")));
    command("put-scheduled-action", &options)
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// A word of a shell: quoted if it has to be.
fn word(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@%+".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

/// The variable that holds a policy's ARN.
fn variable(name: &str) -> String {
    let letter = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
    format!("ARN_OF_{}", name.chars().map(letter).collect::<String>())
}

/// JSON on one line. `Value`'s own `Display` can fail, and brings the weight of
/// the message.
fn plain(value: &Value) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// JSON as an argument of a command.
fn quoted(value: &Value) -> String {
    let mut json = String::new();
    write(&mut json, value, 2);
    format!("'{}'", json.replace('\'', "'\\''"))
}

fn write(json: &mut String, value: &Value, indent: usize) {
    let (open, close, items): (_, _, Vec<_>) = match value {
        Value::Object(fields) if !fields.is_empty() => {
            ('{', '}', in_order(fields).map(|(name, value)| (Some(name), value)).collect())
        }
        Value::Array(items) if !items.is_empty() => {
            ('[', ']', items.iter().map(|value| (None, value)).collect())
        }
        other => {
            *json += &plain(other);
            return;
        }
    };
    json.push(open);
    for (at, (name, value)) in items.into_iter().enumerate() {
        *json += if at == 0 { "\n" } else { ",\n" };
        *json += &" ".repeat(indent + 2);
        if let Some(name) = name {
            *json += &format!("\"{name}\": ");
        }
        write(json, value, indent + 2);
    }
    *json += &format!("\n{}{close}", " ".repeat(indent));
}

/// Fields in the order of AWS's own pages.
fn in_order(fields: &Map<String, Value>) -> impl Iterator<Item = (&str, &Value)> {
    let known = ORDER.iter().filter_map(|name| Some((*name, fields.get(*name)?)));
    let others = fields.iter().filter(|(name, _)| !ORDER.contains(&name.as_str()));
    known.chain(others.map(|(name, value)| (name.as_str(), value)))
}

/// What `aws ecs describe-services` answers at a time [s].
pub fn describe_services(run: &Run, t_s: f64) -> String {
    let counts = crate::chart::counts_at(&run.scenario, &run.trace, t_s);
    format!(
        "aws ecs describe-services --cluster shop --services web \\\n  \
         --query 'services[0].[desiredCount,runningCount,pendingCount]'\n\
         [\n    {},\n    {},\n    {}\n]",
        counts.desired, counts.running, counts.pending
    )
}

/// What `aws application-autoscaling describe-scaling-activities` answers at a
/// time [s], newest first.
pub fn describe_activities(run: &Run, t_s: f64) -> String {
    let all = activities(&run.trace, t_s);
    let listed: Vec<_> = all.iter().rev().take(LATEST).map(|one| activity(run, one)).collect();
    let not_scaled = all.iter().any(|one| one.not_scaled.is_some());
    let option = if not_scaled { " --include-not-scaled-activities" } else { "" };
    let listed =
        if listed.is_empty() { "[]".to_owned() } else { format!("[\n{}\n]", listed.join(",\n")) };
    format!(
        "aws application-autoscaling describe-scaling-activities \\\n  \
         --service-namespace ecs --resource-id {RESOURCE}{option} \\\n  --max-items {LATEST} \
         --query ScalingActivities\n{listed}"
    )
}

fn activity(run: &Run, activity: &Activity) -> String {
    let mut fields = vec![
        ("StartTime", format!("\"{}\"", run.clock(activity.start_s))),
        ("StatusCode", format!("\"{}\"", activity.status.name())),
        ("Description", plain(&Value::from(activity.description.as_str()))),
        ("Cause", plain(&Value::from(activity.cause.as_str()))),
    ];
    if let Some(end_s) = activity.end_s {
        fields.insert(1, ("EndTime", format!("\"{}\"", run.clock(end_s))));
    }
    if let Some(reason) = activity.not_scaled {
        fields.push(("NotScaledReasons", format!("[{{\"Code\": \"{}\"}}]", reason.name())));
    }
    let fields: Vec<_> =
        fields.into_iter().map(|(name, value)| format!("        \"{name}\": {value}")).collect();
    format!("    {{\n{}\n    }}", fields.join(",\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::sample;

    #[test]
    fn the_commands_set_up_what_is_shown() {
        let mut run = sample::whole();
        assert_eq!(
            commands(&run),
            "aws application-autoscaling register-scalable-target \\
  --service-namespace ecs --scalable-dimension ecs:service:DesiredCount \\
  --resource-id service/shop/web \\
  --min-capacity 2 \\
  --max-capacity 20

aws application-autoscaling put-scaling-policy \\
  --service-namespace ecs --scalable-dimension ecs:service:DesiredCount \\
  --resource-id service/shop/web \\
  --policy-name cpu \\
  --policy-type TargetTrackingScaling \\
  --target-tracking-scaling-policy-configuration '{
    \"TargetValue\": 70.0,
    \"PredefinedMetricSpecification\": {
      \"PredefinedMetricType\": \"ECSServiceAverageCPUUtilization\"
    }
  }'"
        );
        run.autoscaling = None;
        assert!(commands(&run).ends_with("--desired-count 4"));
    }

    #[test]
    fn steps_alarms_and_schedules_are_set_up_too() {
        let mut run = sample::whole();
        run.autoscaling = Some(serde_json::json!({
            "ScalableTarget": {"MinCapacity": 2, "MaxCapacity": 20},
            "ScalingPolicies": [{
                "PolicyName": "add-five", "PolicyType": "StepScaling",
                "StepScalingPolicyConfiguration": {
                    "AdjustmentType": "ChangeInCapacity",
                    "StepAdjustments": [{"MetricIntervalLowerBound": 0, "ScalingAdjustment": 5}],
                },
            }],
            "Alarms": [{
                "AlarmName": "hot", "Namespace": "AWS/ECS", "MetricName": "CPUUtilization",
                "Statistic": "Average", "Period": 60, "EvaluationPeriods": 2, "Threshold": 70,
                "ComparisonOperator": "GreaterThanThreshold", "AlarmActions": ["add-five"],
                "ActionsEnabled": false,
            }],
            "ScheduledActions": [{
                "ScheduledActionName": "evening", "Schedule": "cron(0 18 ? * MON-FRI *)",
                "Timezone": "Europe/Berlin", "ScalableTargetAction": {"MaxCapacity": 8},
            }],
        }));
        let told = commands(&run);
        for part in [
            "ARN_OF_ADD_FIVE=$(aws application-autoscaling put-scaling-policy",
            "--query PolicyARN --output text)",
            "--dimensions Name=ClusterName,Value=shop Name=ServiceName,Value=web",
            "--period 60 \\\n  --evaluation-periods 2 \\\n",
            "--no-actions-enabled",
            "--alarm-actions \"$ARN_OF_ADD_FIVE\"",
            "--schedule 'cron(0 18 ? * MON-FRI *)' \\\n  --timezone Europe/Berlin",
            "--scalable-target-action MaxCapacity=8",
        ] {
            assert!(told.contains(part), "{part} is not in\n{told}");
        }
        // What is typed sets up what is shown, and nothing is left out.
        assert_eq!(headroom_aws::check(told.as_bytes(), "a.sh"), []);
        let again = headroom_aws::convert(told.as_bytes(), "a.sh", headroom_aws::Form::Scenario);
        let again = again.expect("a right script");
        assert_eq!(again.losses, []);
        let again: Value = serde_json::from_str(&again.text).expect("JSON");
        let shown = run.autoscaling.as_ref().expect("scaling");
        for list in ["ScalingPolicies", "Alarms", "ScheduledActions"] {
            for (name, value) in shown[list][0].as_object().expect("an object") {
                assert_eq!(&again["autoscaling"][list][0][name], value, "{list}: {name}");
            }
        }
    }

    #[test]
    fn the_counts_are_those_at_the_cursor() {
        let run = sample::whole();
        let counts = |t_s| {
            let said = describe_services(&run, t_s);
            said.chars().skip_while(|c| *c != '\n').filter(char::is_ascii_digit).collect::<String>()
        };
        // The first zero is that of `services[0]`.
        assert_eq!(counts(539.0), "0440");
        assert_eq!(counts(541.0), "0541");
        assert_eq!(counts(560.0), "0550", "RUNNING counts before it serves");
    }

    #[test]
    fn activities_are_those_up_to_the_cursor() {
        let run = sample::whole();
        assert!(describe_activities(&run, 500.0).ends_with("[]"));
        let told = describe_activities(&run, 545.0);
        assert!(
            told.contains("InProgress") && told.contains("Setting desired count to 5."),
            "{told}"
        );
        let told = describe_activities(&run, 600.0);
        assert!(told.contains("Successful") && told.contains("EndTime"), "{told}");
    }
}
