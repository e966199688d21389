#!/usr/bin/env bash
# Scaling of the orders service, as operations applies it.
set -euo pipefail

CLUSTER="shop"
SERVICE='orders'
export AWS_PAGER=""
RESOURCE="service/${CLUSTER}/${SERVICE}"
SCALE_IN=${SCALE_IN:-300} # seconds

echo "1. The target"
aws application-autoscaling register-scalable-target --service-namespace ecs \
  --resource-id "$RESOURCE" --scalable-dimension ecs:service:DesiredCount \
  --min-capacity 3 --max-capacity=30

echo "2. CPU, followed at 60 %"
aws application-autoscaling put-scaling-policy \
    --service-namespace ecs --resource-id "$RESOURCE" \
    --scalable-dimension ecs:service:DesiredCount \
    --policy-name cpu --policy-type TargetTrackingScaling \
    --target-tracking-scaling-policy-configuration '{
        "TargetValue": 60.0,
        "PredefinedMetricSpecification": {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"},
        "ScaleInCooldown": '"$SCALE_IN"'
    }'

echo "3. Steps for the queue"
cat > steps.json <<'JSON'
{
  "AdjustmentType": "PercentChangeInCapacity",
  "MinAdjustmentMagnitude": 2,
  "MetricAggregationType": "Maximum",
  "StepAdjustments": [
    {"MetricIntervalLowerBound": 0, "MetricIntervalUpperBound": 500, "ScalingAdjustment": 20},
    {"MetricIntervalLowerBound": 500, "ScalingAdjustment": 50}
  ]
}
JSON
STEP_ARN=$(aws application-autoscaling put-scaling-policy \
    --service-namespace ecs --resource-id "$RESOURCE" \
    --scalable-dimension ecs:service:DesiredCount \
    --policy-name backlog --policy-type StepScaling \
    --step-scaling-policy-configuration file://steps.json \
    --query PolicyARN --output text)
aws cloudwatch put-metric-alarm --alarm-name "${SERVICE}-backlog" \
    --namespace AWS/SQS --metric-name ApproximateNumberOfMessagesVisible \
    --dimensions Name=QueueName,Value=orders \
    --statistic Maximum --period 60 --evaluation-periods 2 --threshold 1000 \
    --comparison-operator GreaterThanThreshold --alarm-actions "$STEP_ARN" "${PAGER_TOPIC}"

echo "4. The morning" && aws application-autoscaling put-scheduled-action \
    --service-namespace ecs --resource-id "$RESOURCE" \
    --scalable-dimension ecs:service:DesiredCount --scheduled-action-name morning \
    --schedule "cron(30 7 ? * MON-FRI *)" --timezone Europe/Vienna \
    --scalable-target-action MinCapacity=8

aws application-autoscaling describe-scalable-targets --service-namespace ecs > /dev/null 2>&1
