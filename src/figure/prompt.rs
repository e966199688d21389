//! At the prompt: what the figure shows, as an AWS engineer would type and
//! read it.

use headroom_model::scenario::{Policy, TargetTracking};

use super::run::Run;

/// What is typed and read elsewhere than here.
const RESOURCE: &str = "service/shop/web";

/// The commands that set up the scaling of the figure.
pub fn commands(run: &Run) -> String {
    let Some(scaling) = &run.scenario.autoscaling else {
        let desired = run.scenario.service.desired_count;
        return format!(
            "aws ecs update-service --cluster shop --service web \\\n  --desired-count {desired}"
        );
    };
    let target = format!(
        "aws application-autoscaling register-scalable-target \\\n  \
         --service-namespace ecs --scalable-dimension ecs:service:DesiredCount \\\n  \
         --resource-id {RESOURCE} --min-capacity {} --max-capacity {}",
        scaling.bounds.min, scaling.bounds.max
    );
    let policies = scaling.policies.iter().filter_map(Policy::target_tracking).map(|policy| {
        format!(
            "aws application-autoscaling put-scaling-policy \\\n  \
             --service-namespace ecs --scalable-dimension ecs:service:DesiredCount \\\n  \
             --resource-id {RESOURCE} --policy-name {} \\\n  \
             --policy-type TargetTrackingScaling \\\n  \
             --target-tracking-scaling-policy-configuration '{}'",
            policy.name,
            configuration(policy)
        )
    });
    std::iter::once(target).chain(policies).collect::<Vec<_>>().join("\n\n")
}

/// In the order of AWS's own pages, which a JSON map would not keep.
fn configuration(policy: &TargetTracking) -> String {
    let scale_in = if policy.disable_scale_in { ",\n    \"DisableScaleIn\": true" } else { "" };
    format!(
        "{{\n    \"TargetValue\": {},\n    \"PredefinedMetricSpecification\": {{\n        \
         \"PredefinedMetricType\": \"{}\"\n    }},\n    \"ScaleOutCooldown\": {},\n    \
         \"ScaleInCooldown\": {}{scale_in}\n  }}",
        // AWS prints it with a point.
        if policy.target.fract() == 0.0 {
            format!("{:.1}", policy.target)
        } else {
            policy.target.to_string()
        },
        policy.signal.name(),
        policy.scale_out_cooldown.as_s(),
        policy.scale_in_cooldown.as_s(),
    )
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::sample;

    #[test]
    fn the_commands_set_up_what_is_shown() {
        let (scenario, trace) = sample::run();
        let mut run = Run { scenario, trace };
        assert_eq!(
            commands(&run),
            "aws application-autoscaling register-scalable-target \\
  --service-namespace ecs --scalable-dimension ecs:service:DesiredCount \\
  --resource-id service/shop/web --min-capacity 2 --max-capacity 20

aws application-autoscaling put-scaling-policy \\
  --service-namespace ecs --scalable-dimension ecs:service:DesiredCount \\
  --resource-id service/shop/web --policy-name cpu \\
  --policy-type TargetTrackingScaling \\
  --target-tracking-scaling-policy-configuration '{
    \"TargetValue\": 70.0,
    \"PredefinedMetricSpecification\": {
        \"PredefinedMetricType\": \"ECSServiceAverageCPUUtilization\"
    },
    \"ScaleOutCooldown\": 300,
    \"ScaleInCooldown\": 300
  }'"
        );
        let written =
            configuration(run.scenario.autoscaling.as_ref().unwrap().first_tracking().unwrap().1);
        assert!(serde_json::from_str::<serde_json::Value>(&written).is_ok());
        run.scenario.autoscaling = None;
        assert!(commands(&run).ends_with("--desired-count 4"));
    }

    #[test]
    fn the_counts_are_those_at_the_cursor() {
        let (scenario, trace) = sample::run();
        let run = Run { scenario, trace };
        let counts = |t_s| {
            let said = describe_services(&run, t_s);
            said.chars().skip_while(|c| *c != '\n').filter(char::is_ascii_digit).collect::<String>()
        };
        // The first zero is that of `services[0]`.
        assert_eq!(counts(539.0), "0440");
        assert_eq!(counts(541.0), "0541");
        assert_eq!(counts(560.0), "0550", "RUNNING counts before it serves");
    }
}
