//! What each form may hold, and where its faults stand.

use headroom_aws::{Form, check, convert};
use serde_json::{Value, json};

const SCRIPT: &str = include_str!("examples/production.sh");
const TEMPLATE: &str = include_str!("examples/template.yaml");
const MODULE: &str = include_str!("examples/module.tf");
const DESCRIBED: &str = include_str!("examples/described.json");

fn faults(text: &str, name: &str) -> Vec<String> {
    check(text.as_bytes(), name).iter().map(ToString::to_string).collect()
}

fn autoscaling(text: &str, name: &str) -> Value {
    let converted = convert(text.as_bytes(), name, Form::Scenario)
        .unwrap_or_else(|faults| panic!("{faults:?}"));
    let scenario: Value = serde_json::from_str(&converted.text).expect("JSON");
    scenario["autoscaling"].clone()
}

fn one(text: &str, name: &str) -> String {
    let mut faults = faults(text, name);
    assert_eq!(faults.len(), 1, "{faults:?} of {text}");
    faults.remove(0)
}

#[test]
fn the_examples_are_right_and_stay_right_in_every_form() {
    for (text, name) in
        [(SCRIPT, "a.sh"), (TEMPLATE, "a.yaml"), (MODULE, "a.tf"), (DESCRIBED, "a.json")]
    {
        assert_eq!(faults(text, name), Vec::<String>::new(), "{name}");
        // The form is found without the name, too.
        assert_eq!(faults(text, ""), Vec::<String>::new(), "{name}");
        for (to, name_to) in
            [(Form::Script, "b.sh"), (Form::CloudFormation, "b.yaml"), (Form::Terraform, "b.tf")]
        {
            let converted = convert(text.as_bytes(), name, to).expect("it is right");
            assert_eq!(
                faults(&converted.text, name_to),
                Vec::<String>::new(),
                "{name} as {}",
                converted.text
            );
            let again = convert(converted.text.as_bytes(), name_to, to).expect("it is right");
            assert_eq!(again.text, converted.text, "written again it is the same");
        }
    }
}

#[test]
fn a_script_is_read_as_a_shell_would() {
    let autoscaling = autoscaling(SCRIPT, "a.sh");
    assert_eq!(
        autoscaling["ScalableTarget"],
        json!({
            "ServiceNamespace": "ecs", "ResourceId": "service/shop/orders", "ScalableDimension": "ecs:service:DesiredCount",
            "MinCapacity": 3, "MaxCapacity": 30
        })
    );
    let cpu = &autoscaling["ScalingPolicies"][0]["TargetTrackingScalingPolicyConfiguration"];
    assert_eq!((&cpu["TargetValue"], &cpu["ScaleInCooldown"]), (&json!(60.0), &json!(300)));
    let steps =
        &autoscaling["ScalingPolicies"][1]["StepScalingPolicyConfiguration"]["StepAdjustments"];
    assert_eq!(steps[1], json!({"MetricIntervalLowerBound": 500, "ScalingAdjustment": 50}));
    let alarm = &autoscaling["Alarms"][0];
    assert_eq!(alarm["AlarmName"], "orders-backlog");
    assert_eq!(alarm["AlarmActions"], json!(["backlog"]));
    assert_eq!(alarm["Dimensions"], json!([{"Name": "QueueName", "Value": "orders"}]));
    assert_eq!(autoscaling["ScheduledActions"][0]["Timezone"], "Europe/Vienna");
}

/// A script with one alarm, some of whose options are given.
fn alarm(options: &str) -> String {
    format!(
        "aws cloudwatch put-metric-alarm --alarm-name a --namespace N --metric-name M --statistic Sum \
         --period 60 --evaluation-periods 1 --comparison-operator GreaterThanThreshold {options}"
    )
}

#[test]
fn words_of_a_script() {
    for (options, field, value) in [
        ("--threshold -5", "Threshold", json!(-5)),
        ("--threshold=7.5", "Threshold", json!(7.5)),
        (
            "--threshold 1 --alarm-description 'it'\\''s \"so\"'",
            "AlarmDescription",
            json!("it's \"so\""),
        ),
        (
            "--threshold 1 --alarm-description \"a \\\"b\\\" \\$c\"",
            "AlarmDescription",
            json!("a \"b\" $c"),
        ),
        ("--threshold 1 --alarm-description a\\ b'c'\"d\"", "AlarmDescription", json!("a bcd")),
        ("--threshold 1 \\\n  # a comment\n", "Threshold", json!(1)),
        ("--threshold 1 --no-actions-enabled", "ActionsEnabled", json!(false)),
        ("--threshold 1 --actions-enabled", "ActionsEnabled", json!(true)),
        (
            "--threshold 1 --dimensions Name=a,Value=b Name=c,Value=d",
            "Dimensions",
            json!([{"Name": "a", "Value": "b"}, {"Name": "c", "Value": "d"}]),
        ),
        (
            "--threshold 1 --dimensions '[{\"Name\": \"a\", \"Value\": \"b\"}]'",
            "Dimensions",
            json!([{"Name": "a", "Value": "b"}]),
        ),
        (
            "--threshold 1 --dimensions \"Name=a,Value='b,c'\"",
            "Dimensions",
            json!([{"Name": "a", "Value": "b,c"}]),
        ),
        (
            "--threshold 1 --tags Key=team,Value=a=b",
            "Tags",
            json!([{"Key": "team", "Value": "a=b"}]),
        ),
        (
            "--threshold 1 --cli-input-json '{\"Unit\": \"Count\", \"Threshold\": 9}'",
            "Unit",
            json!("Count"),
        ),
        (
            "--threshold 1 --cli-input-json '{\"Unit\": \"Count\", \"Threshold\": 9}'",
            "Threshold",
            json!(1),
        ),
        ("--threshold 1 --region eu-west-1 --output json", "Threshold", json!(1)),
    ] {
        assert_eq!(autoscaling(&alarm(options), "a.sh")["Alarms"][0][field], value, "{options}");
    }
}

#[test]
fn faults_of_a_script_stand_where_the_word_is() {
    for (options, fault) in [
        (
            "--threshold x",
            "1:184: ValidationError: Threshold must be a number, found the text \"x\"",
        ),
        (
            "--treshold 1 --threshold 1",
            "1:172: ParamValidation: Unknown options: --treshold; known are --alarm-name, ",
        ),
        (
            "--threshold 1 --dimensions file://d.json",
            "1:199: the file d.json cannot be seen from here",
        ),
        ("--threshold 1 --dimensions '[{]'", "1:202: this is not JSON here: "),
        (
            "--threshold 1 --dimensions Name",
            "1:199: ParamValidation: expected a name and `=` here, found `Name`",
        ),
        (
            "--threshold 1 2",
            "1:186: ParamValidation: Unknown options: 2; --threshold takes one value",
        ),
        ("--threshold", "1:172: ParamValidation: argument --threshold: expected one argument"),
        ("--threshold 1 'open", "1:186: the quote `'` is not closed"),
        ("--threshold 1\nif true; then\necho\nfi", "2:1: `if` is not read"),
    ] {
        let found = faults(&alarm(options), "a.sh");
        assert!(found.iter().any(|found| found.starts_with(fault)), "{options}: {found:?}");
    }
    assert!(
        one("aws application-autoscaling put-scaling-polcy", "a.sh")
            .starts_with("1:29: ParamValidation: \"put-scaling-polcy\"")
    );
    assert!(
        one("echo hello", "a.sh").starts_with("1:1: there is no `aws application-autoscaling`")
    );
}

#[test]
fn json_inside_a_script_has_places_of_its_own() {
    let script = "C=prod\naws application-autoscaling register-scalable-target --service-namespace ecs \\\n\
        --resource-id \"service/$C/x\" --scalable-dimension ecs:service:DesiredCount --min-capacity 1 --max-capacity 2 \\\n\
        --suspended-state '{\n  \"DynamicScalingInSuspended\": \"no\"\n}'";
    assert!(
        one(script, "a.sh").starts_with(
            "5:32: ValidationException: DynamicScalingInSuspended must be true or false"
        )
    );
}

#[test]
fn an_arn_and_a_here_document_may_come_out_of_a_substitution() {
    let script = "aws application-autoscaling register-scalable-target --cli-input-json \"$(cat <<JSON\n\
        {\"ServiceNamespace\": \"ecs\", \"ResourceId\": \"service/${C:-shop}/x\",\n\
        \"ScalableDimension\": \"ecs:service:DesiredCount\", \"MinCapacity\": 1, \"MaxCapacity\": 2}\nJSON\n)\"\n\
        ARN=$(aws application-autoscaling put-scaling-policy --service-namespace ecs --resource-id service/shop/x \\\n\
        --scalable-dimension ecs:service:DesiredCount --policy-name p --policy-type StepScaling \\\n\
        --step-scaling-policy-configuration 'AdjustmentType=ExactCapacity,StepAdjustments=[{MetricIntervalLowerBound=0,ScalingAdjustment=4}]' \\\n\
        | jq -r .PolicyARN)\n"
        .to_owned()
        + &alarm("--threshold 1 --alarm-actions $ARN");
    let autoscaling = autoscaling(&script, "a.sh");
    assert_eq!(autoscaling["ScalableTarget"]["ResourceId"], "service/shop/x");
    assert_eq!(autoscaling["Alarms"][0]["AlarmActions"], json!(["p"]));
    let steps =
        &autoscaling["ScalingPolicies"][0]["StepScalingPolicyConfiguration"]["StepAdjustments"];
    assert_eq!(*steps, json!([{"MetricIntervalLowerBound": 0, "ScalingAdjustment": 4}]));
}

#[test]
fn a_second_command_changes_what_the_first_one_put() {
    let target = |options: &str| {
        format!(
            "aws application-autoscaling register-scalable-target --service-namespace ecs --resource-id service/c/s --scalable-dimension ecs:service:DesiredCount {options}\n"
        )
    };
    let script = target("--min-capacity 1 --max-capacity 5") + &target("--max-capacity 9");
    let target = &autoscaling(&script, "a.sh")["ScalableTarget"];
    assert_eq!((&target["MinCapacity"], &target["MaxCapacity"]), (&json!(1), &json!(9)));
}

#[test]
fn a_template_is_read_in_yaml_and_json_with_long_and_short_functions() {
    let yaml = autoscaling(TEMPLATE, "a.yaml");
    assert_eq!(yaml["ScalableTarget"], json!({"MinCapacity": 3, "MaxCapacity": 30}));
    assert_eq!(yaml["Alarms"][0]["AlarmActions"], json!(["Backlog"]));
    assert_eq!(yaml["ScheduledActions"][0]["ScalableTargetAction"], json!({"MinCapacity": 8}));
    let json = json!({"Resources": {"T": {
        "Type": "AWS::ApplicationAutoScaling::ScalableTarget",
        "Properties": {
            "ServiceNamespace": "ecs", "ScalableDimension": "ecs:service:DesiredCount",
            "ResourceId": {"Fn::Sub": ["service/${C}/s", {"C": "shop"}]},
            "MinCapacity": {"Ref": "Min"}, "MaxCapacity": 9, "RoleARN": {"Ref": "AWS::NoValue"}
        }
    }}, "Parameters": {"Min": {"Type": "Number", "Default": "4"}}});
    let target = &autoscaling(&json.to_string(), "a.json")["ScalableTarget"];
    assert_eq!(
        target,
        &json!({
            "ServiceNamespace": "ecs", "ScalableDimension": "ecs:service:DesiredCount", "ResourceId": "service/shop/s",
            "MinCapacity": 4, "MaxCapacity": 9
        })
    );
    let mut wrong = json;
    wrong["Resources"]["T"]["Properties"]["MaxCapacity"] = json!(1);
    assert_eq!(
        one(&wrong.to_string(), "a.json"),
        "/Resources/T/Properties/MaxCapacity: ValidationException: Maximum capacity cannot be less than minimum capacity"
    );
}

#[test]
fn faults_of_a_template_stand_at_line_and_column() {
    for (from, to, fault) in [
        (
            "MaxCapacity: \"30\"",
            "MaxCapacity: 2",
            "17:20: ValidationException: Maximum capacity cannot be less",
        ),
        (
            "!Ref Target",
            "!Ref Targe",
            "23:3: ValidationError: Template format error: Unresolved resource dependencies [Targe]",
        ),
        (
            "Period: 60",
            "Periode: 60",
            "44:7: ParamValidation: Unknown parameter in input: \"Periode\"",
        ),
        (
            "Statistic: Maximum",
            "Statistic: Maximum\n      Statistic: Sum",
            "44:7: the field `Statistic` stands twice",
        ),
        ("!Ref Cluster", "!Reff Cluster", "15:41: !Reff is not a function of CloudFormation"),
        ("!Ref Cluster", "&a x", ""),
        ("!Ref Cluster", "*a", "15:41: "),
        ("Period: 60", "Period: [60", "45:"),
    ] {
        let text = TEMPLATE.replacen(from, to, 1);
        let found = faults(&text, "a.yaml");
        assert!(
            fault.is_empty() == found.is_empty() && found.iter().all(|found| found.contains(": ")),
            "{to}: {found:?}"
        );
        assert!(
            fault.is_empty() || found.iter().any(|found| found.starts_with(fault)),
            "{to}: {found:?}"
        );
    }
}

#[test]
fn a_module_is_read_with_its_references() {
    let module = autoscaling(MODULE, "a.tf");
    assert_eq!(module["ScalableTarget"], json!({"MinCapacity": 3, "MaxCapacity": 30}));
    assert_eq!(module["ScalingPolicies"][0]["PolicyName"], "orders-cpu");
    assert_eq!(module["ScalingPolicies"][1]["PolicyType"], "StepScaling");
    assert_eq!(module["Alarms"][0]["AlarmActions"], json!(["backlog"]));
    let queries = &module["Alarms"][0]["Metrics"];
    assert_eq!(queries[1]["ReturnData"], false, "Terraform's default");
    assert_eq!(
        queries[2]["MetricStat"]["Metric"]["Dimensions"][1],
        json!({"Name": "ServiceName", "Value": "orders"})
    );
    let terraform = convert(MODULE.as_bytes(), "a.tf", Form::Terraform).expect("right").text;
    for kept in [
        "var.eager ? 30 : 60",
        "service/${aws_ecs_cluster.shop.name}/${var.local_name}",
        "aws_sqs_queue.orders.name",
    ] {
        assert!(terraform.contains(kept), "{kept} in {terraform}");
    }
}

#[test]
fn faults_of_a_module_stand_at_line_and_column() {
    for (from, to, fault) in [
        (
            "target_value       = 60",
            "target_value       = \"x\"",
            "27:26: ValidationException: TargetValue must be a number",
        ),
        (
            "scale_in_cooldown ",
            "scale_in_cooldwn ",
            "28:5: Unsupported argument: `scale_in_cooldwn` is not expected here; known are target_value, ",
        ),
        (
            "min_capacity       = 3",
            "min_capacity = 31",
            "16:24: ValidationException: Maximum capacity cannot be less",
        ),
        ("period      = 60", "period      = 61", "72:21: ValidationError: Period 61 must be"),
        (
            "evaluation_periods  = 2",
            "evaluation_periods  = ",
            "57:25: this is not Terraform here: ",
        ),
    ] {
        let text = MODULE.replacen(from, to, 1);
        let found = faults(&text, "a.tf");
        assert!(found.iter().any(|found| found.starts_with(fault)), "{to}: {found:?}");
    }
}

#[test]
fn a_target_may_be_in_another_file_of_a_module_but_not_nowhere() {
    let policy = |id: &str| {
        format!(
            "resource \"aws_appautoscaling_scheduled_action\" \"a\" {{\n  name = \"a\"\n  service_namespace = \"ecs\"\n  \
             resource_id = {id}\n  scalable_dimension = \"ecs:service:DesiredCount\"\n  schedule = \"rate(1 day)\"\n  \
             scalable_target_action {{\n    min_capacity = 1\n  }}\n}}\n"
        )
    };
    assert_eq!(
        faults(&policy("aws_appautoscaling_target.a.resource_id"), "a.tf"),
        Vec::<String>::new()
    );
    assert!(one(&policy("\"service/a/b\""), "a.tf").starts_with("1:1: ObjectNotFoundException: "));
}

#[test]
fn references_pass_through_where_the_form_has_them() {
    let template = convert(SCRIPT.as_bytes(), "a.sh", Form::CloudFormation).expect("right").text;
    for kept in [
        "!Sub \"service/${Cluster}/${Service}\"",
        "Default: \"shop\"",
        "- !Ref BacklogPolicy",
        "- !Ref PagerTopic",
        "ScaleInCooldown: !Ref ScaleIn",
    ] {
        assert!(template.contains(kept), "{kept} in {template}");
    }
    let script = convert(TEMPLATE.as_bytes(), "a.yaml", Form::Script).expect("right");
    for kept in [
        "MINIMUM=3",
        "--min-capacity \"${MINIMUM}\"",
        "RESOURCE_ID=\"service/${CLUSTER}/${ORDERS_NAME}\"",
        "--policy-name \"${AWS_STACK_NAME}-backlog\"",
        "\"${TOPIC}\"",
    ] {
        assert!(script.text.contains(kept), "{kept} in {}", script.text);
    }
    let losses: Vec<String> = script.losses.iter().map(ToString::to_string).collect();
    assert!(
        losses.iter().any(|loss| loss.contains("the resource Queue of type AWS::SQS::Queue")),
        "{losses:?}"
    );
    assert!(
        losses.iter().any(
            |loss| loss.starts_with("15:19: not carried: the expression {\"Ref\":\"Cluster\"}")
        ),
        "{losses:?}"
    );
    let same = convert(TEMPLATE.as_bytes(), "a.yaml", Form::CloudFormation).expect("right").text;
    for kept in [
        "!Sub \"service/${Cluster}/${Orders.Name}\"",
        "!GetAtt Queue.QueueName",
        "!Sub \"${AWS::StackName}-backlog\"",
    ] {
        assert!(same.contains(kept), "{kept} in {same}");
    }
}

#[test]
fn what_aws_printed_becomes_what_one_writes() {
    let described = autoscaling(DESCRIBED, "a.json");
    assert_eq!(described["Alarms"][0]["AlarmActions"], json!(["backlog"]));
    let converted = convert(DESCRIBED.as_bytes(), "a.json", Form::CloudFormation).expect("right");
    assert!(converted.text.contains("- !Ref BacklogPolicy"), "{}", converted.text);
    assert!(converted.losses.iter().any(|loss| loss.path == "/ScalingPolicies/0/PolicyARN"));
}

#[test]
fn what_is_no_document_is_told_with_what_would_be_right() {
    for (bytes, name, fault) in [
        (&b"\xff\xfe{\0}\0"[..], "a.json", "1:1: the file is UTF-16; save it as UTF-8"),
        (b"\xfe\xff\0{\0}", "a.tf", "1:1: the file is UTF-16; save it as UTF-8"),
        (b"a: \xc3\x28", "a.yaml", "1:4: the bytes from here on are not UTF-8"),
        (b"{\"a\": NaN}", "a.json", "1:"),
        (b"{\"MinCapacity\": 1e999}", "a.json", "1:"),
        (b"[1]", "a.json", "/: expected an object, found a list"),
        (b"{\"colour\": 1}", "a.json", "/: this is no document that is read"),
        (
            b"{\"TargetValue\": 70}",
            "a.json",
            "/: this is a policy's configuration without the policy; put it under `TargetTrackingScalingPolicyConfiguration`",
        ),
        (b"colour: 1", "a.yaml", "1:1: this YAML is no template of CloudFormation"),
        (b"a: 1\n---\nb: 1", "a.yaml", "2:1: a second document begins here"),
        (b"", "a.sh", "1:1: there is no"),
        (b"", "a.tf", "1:1: there is no"),
        (b"", "a.yaml", "1:1: there is nothing"),
    ] {
        let found: Vec<String> = check(bytes, name).iter().map(ToString::to_string).collect();
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with(fault), "{found:?}, expected {fault}");
    }
    let with_mark = format!("\u{feff}{DESCRIBED}");
    assert_eq!(faults(&with_mark, "a.json"), Vec::<String>::new());
    let with_mark = format!("\u{feff}{SCRIPT}");
    assert_eq!(faults(&with_mark, "a.sh"), Vec::<String>::new());
}

#[test]
fn what_is_deep_or_large_is_refused() {
    let deep = 100_000;
    for (text, name) in [
        ("[".repeat(deep), "a.json"),
        ("{\"a\":".repeat(deep), "a.json"),
        ("[".repeat(deep), "a.yaml"),
        ("a:\n ".repeat(1000), "a.yaml"),
        ("- ".repeat(deep), "a.yaml"),
        ("{a: ".repeat(deep), "a.yaml"),
        (format!("a = {}", "[".repeat(deep)), "a.tf"),
        (format!("a = {}1", "-".repeat(deep)), "a.tf"),
        (format!("a = {}", "x ? ".repeat(deep)), "a.tf"),
        (format!("a = \"{}\"", "${\"".repeat(deep)), "a.tf"),
        ("a {\n".repeat(deep), "a.tf"),
        (alarm(&format!("--threshold 1 --dimensions '{}'", "[".repeat(deep))), "a.sh"),
        (alarm(&format!("--threshold 1 --dimensions '{}'", "a={".repeat(deep))), "a.sh"),
        ("$(".repeat(deep), "a.sh"),
        (format!("x={}", "\"$(".repeat(deep)), "a.sh"),
    ] {
        let faults = check(text.as_bytes(), name);
        assert!(!faults.is_empty(), "{name}: {}", &text[..20]);
    }
    let large = vec![b' '; (32 << 20) + 1];
    for name in ["a.json", "a.yaml", "a.tf", "a.sh"] {
        assert!(check(&large, name)[0].message.contains("32 MiB"));
    }
}

/// Row 103: an update without StartTime deletes it; the rest stays.
#[test]
fn putting_an_action_again_updates_it() {
    let put = "aws application-autoscaling put-scheduled-action --service-namespace ecs \
               --resource-id service/c/s --scalable-dimension ecs:service:DesiredCount \
               --scheduled-action-name evening";
    let script = format!(
        "aws application-autoscaling register-scalable-target --service-namespace ecs \
         --resource-id service/c/s --scalable-dimension ecs:service:DesiredCount \
         --min-capacity 1 --max-capacity 9\n\
         {put} --schedule 'cron(0 18 * * ? *)' --timezone Europe/Berlin \
         --start-time 2026-02-01T00:00:00Z --scalable-target-action MaxCapacity=8\n\
         {put} --scalable-target-action MaxCapacity=6\n"
    );
    let actions = autoscaling(&script, "a.sh")["ScheduledActions"].clone();
    assert_eq!(actions.as_array().map(Vec::len), Some(1), "{actions}");
    let action = &actions[0];
    assert_eq!(action["ScalableTargetAction"], json!({"MaxCapacity": 6}));
    assert_eq!(action["Timezone"], "Europe/Berlin");
    assert_eq!(action.get("StartTime"), None);
}
