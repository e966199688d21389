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
    "TargetValue",
    "PredefinedMetricSpecification",
    "CustomizedMetricSpecification",
    "PredefinedMetricType",
    "ResourceLabel",
    "Id",
    "Expression",
    "MetricStat",
    "Metric",
    "MetricName",
    "Namespace",
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
        let desired = run.scenario.service.desired_count;
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
    let mut lines = vec![format!(
        "aws cloudwatch put-metric-alarm --alarm-name {}",
        word(text(alarm, "AlarmName"))
    )];
    let mut line = |names: &[(&str, &str)]| {
        let given = names.iter().filter_map(|(field, option)| {
            let value = match alarm.get(*field)? {
                Value::String(text) => word(text),
                Value::Array(_) | Value::Object(_) => quoted(alarm.get(*field)?),
                other => plain(other),
            };
            Some(format!("--{option} {value}"))
        });
        let given: Vec<_> = given.collect();
        if !given.is_empty() {
            lines.push(given.join(" "));
        }
    };
    line(&[("Namespace", "namespace"), ("MetricName", "metric-name"), ("Statistic", "statistic")]);
    line(&[("Metrics", "metrics")]);
    line(&[
        ("Period", "period"),
        ("EvaluationPeriods", "evaluation-periods"),
        ("DatapointsToAlarm", "datapoints-to-alarm"),
    ]);
    line(&[("Threshold", "threshold"), ("ComparisonOperator", "comparison-operator")]);
    line(&[("TreatMissingData", "treat-missing-data")]);
    if alarm.get("Namespace").and_then(Value::as_str) == Some("AWS/ECS") {
        lines.insert(2, format!("--dimensions {DIMENSIONS}"));
    }
    let actions = alarm.get("AlarmActions").and_then(Value::as_array);
    let actions: Vec<_> =
        actions
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .map(|name| {
                if name.starts_with("arn:") {
                    word(name)
                } else {
                    format!("\"${}\"", variable(name))
                }
            })
            .collect();
    if !actions.is_empty() {
        lines.push(format!("--alarm-actions {}", actions.join(" ")));
    }
    lines.join(" \\\n  ")
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
            "--period 60 --evaluation-periods 2",
            "--alarm-actions \"$ARN_OF_ADD_FIVE\"",
            "--schedule 'cron(0 18 ? * MON-FRI *)' \\\n  --timezone Europe/Berlin",
            "--scalable-target-action MaxCapacity=8",
        ] {
            assert!(told.contains(part), "{part} is not in\n{told}");
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
