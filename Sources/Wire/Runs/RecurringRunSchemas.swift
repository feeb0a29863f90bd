import Model

extension MessageSchemas {
    /// Recurring runs and their firings.
    static let recurringRuns: [String: Schema] = [
        "RecurringRun": .answer(
            [
                "recurring_run_id": .name, "experiment_id": .text, "display_name": .text,
                "description": .text, "runtime_config": .message("RuntimeConfig"), "service_account": .text,
                "max_concurrency": .int64, "trigger": .message("Trigger"), "mode": .choice(modes),
                "status": .choice(["ENABLED", "DISABLED"]), "created_at": .time, "updated_at": .time,
                "no_catchup": .bool, "error": .message("Status"), "reason": .message("Reason"),
                "next_scheduled_at": .time, "last_scheduled_at": .time, "firing_count": .integer,
                "warnings": .list(.text), "pipeline_spec": spec,
                "pipeline_version_reference": .message("PipelineVersionReference"),
            ],
            required: ["recurring_run_id", "trigger", "mode", "status", "created_at"]
        ),
        "Trigger": .answer([
            "cron_schedule": .answer([
                "cron": .text, "time_zone": .text, "start_time": .time, "end_time": .time,
            ]),
            "periodic_schedule": .answer([
                "interval_second": .int64, "start_time": .time, "end_time": .time,
            ]),
        ]),
        "RecurringRunSubmission": .request(
            sourceFields.merging(scheduleFields) { $1 }.merging(passedOver) { $1 },
            required: ["display_name", "trigger"]
        ),
        "RecurringRunUpdate": .request(
            sourceFields.merging(scheduleFields) { $1 }.merging(passedOver) { $1 }.merging([
                "display_name": .text
            ]) { $1 }
        ),
        "TriggerSubmission": .request([
            "cron_schedule": .message("CronScheduleSubmission"),
            "periodic_schedule": .message("PeriodicScheduleSubmission"),
        ]).described("One of the two."),
        "CronScheduleSubmission": .request(
            [
                "cron": .name.described("Six fields, the first of them seconds."),
                "time_zone": .text.described("Such as Europe/Berlin; UTC by default."),
                "start_time": .time, "end_time": .time,
            ],
            required: ["cron"]
        ),
        "PeriodicScheduleSubmission": .request(
            ["interval_second": .anyInt64, "start_time": .time, "end_time": .time],
            required: ["interval_second"]
        ),
        "PreviewRequest": .request(["trigger": .message("TriggerSubmission")], required: ["trigger"]),
        "Firings": .answer([
            "firings": .list(
                .answer(
                    [
                        "scheduled_at": .time,
                        "local_time": .text.described("As the clocks of the time zone show it."),
                    ],
                    required: ["scheduled_at", "local_time"]
                )
            ),
            "warnings": .list(.text),
        ]),
    ]

    private static let modes = ["ENABLE", "DISABLE"]

    private static let scheduleFields: [String: Schema] = [
        "max_concurrency": .anyInt64, "trigger": .message("TriggerSubmission"),
        "mode": .anyChoice(modes, unspecified: "MODE_UNSPECIFIED"), "no_catchup": .bool,
    ]

    private static let passedOver = Dictionary(
        uniqueKeysWithValues: [
            "recurring_run_id", "created_at", "updated_at", "status", "error", "namespace", "plugins_input",
            "next_scheduled_at", "last_scheduled_at", "firing_count", "reason", "warnings",
        ].map { ($0, Schema.ignored) }
    )
}
