/** Metrics of the monitors themselves, as the one that answers sees them. */
import { counter, type Family, flag, gauge, known, type Sample, sample } from "../exposition.ts";
import type { ProcessFacts, Snapshot } from "../snapshot.ts";
import { findings, isDegraded } from "../../../core/status-findings.ts";
import { ignoranceOf } from "../../../core/whereabouts.ts";

const LEVELS = ["critical", "warning", "hint"] as const;

export function clusterMetrics(snapshot: Snapshot): readonly Family[] {
  return [...ownMetrics(snapshot), ...memberMetrics(snapshot), ...certificateMetrics(snapshot)];
}

function ownMetrics({ status, version }: Snapshot): readonly Family[] {
  const { cluster, answered_by } = status;
  const shown = findings(status);
  const info = { version, monitor: answered_by.name, cluster: cluster.id ?? "" };
  return [
    gauge("mmm_build_info", "Version, name and cluster of this monitor; always 1.", [
      sample(1, info),
    ]),
    gauge("mmm_term", "Term of consensus; each election begins a new one.", [sample(cluster.term)]),
    gauge("mmm_has_leader", "Whether this monitor knows of a leader in office.", [
      sample(flag(cluster.leader !== null)),
    ]),
    gauge("mmm_is_leader", "Whether this monitor leads.", [
      sample(flag(cluster.leader === answered_by.name)),
    ]),
    gauge("mmm_has_quorum", "Whether this monitor reaches a majority of the monitors.", [
      sample(flag(cluster.has_quorum)),
    ]),
    gauge("mmm_ready", "Whether this monitor can speak for the cluster (see /readyz).", [
      sample(flag(ignoranceOf(status) === null)),
    ]),
    gauge("mmm_quorum_size", "Monitors that make a majority.", [sample(cluster.quorum)]),
    gauge(
      "mmm_knowledge_age_seconds",
      "Since this monitor knew what the leader knows.",
      known(seconds(answered_by.age_ms)),
    ),
    gauge("mmm_degraded", "Whether mmm status would exit with 6.", [
      sample(flag(isDegraded(status))),
    ]),
    gauge(
      "mmm_warnings",
      "What mmm status warns of, by level.",
      LEVELS.map((level) => sample(shown.filter((one) => one.level === level).length, { level })),
    ),
  ];
}

function memberMetrics({ status: { cluster } }: Snapshot): readonly Family[] {
  const { monitors, leader } = cluster;
  return [
    gauge(
      "mmm_monitor_reachable",
      "Whether this monitor hears that one.",
      monitors.map(({ name, reachable }) => sample(flag(reachable), { monitor: name })),
    ),
    gauge(
      "mmm_monitor_last_seen_seconds",
      "Since this monitor heard that one.",
      monitors.flatMap(({ name, last_seen_ms }) => known(seconds(last_seen_ms), { monitor: name })),
    ),
    gauge(
      "mmm_monitor_own_network",
      "Whether a monitor's own network is up, by its check (ping_ips); absent: it does not check it, or cannot, or is not heard.",
      monitors.flatMap(({ name, network, reachable }) =>
        reachable && (network === "up" || network === "down")
          ? [sample(flag(network === "up"), { monitor: name })]
          : [],
      ),
    ),
    gauge(
      "mmm_leader_info",
      "Which monitor leads; always 1.",
      leader === null ? [] : [sample(1, { monitor: leader })],
    ),
  ];
}

function certificateMetrics({ status: { cluster, security } }: Snapshot): readonly Family[] {
  return [
    gauge(
      "mmm_certificate_expiry_timestamp_seconds",
      "When the certificate that a monitor presented ends.",
      cluster.monitors.flatMap(({ name, certificate }) =>
        instant(certificate?.expires_at ?? null, { monitor: name }),
      ),
    ),
    gauge(
      "mmm_authority_expiry_timestamp_seconds",
      "When an authority in tls_ca ends first.",
      instant(security?.authority_expires_at ?? null),
    ),
  ];
}

export function processMetrics(facts: ProcessFacts): readonly Family[] {
  return [
    counter("process_cpu_seconds_total", "CPU time of the process, all threads.", [
      sample(facts.cpuSeconds),
    ]),
    gauge("process_resident_memory_bytes", "Resident memory.", [sample(facts.residentBytes)]),
    gauge("process_start_time_seconds", "When the process started, since 1970.", [
      sample(facts.startedAt),
    ]),
    counter("mmm_event_loop_busy_seconds_total", "Time that the deciding thread was not idle.", [
      sample(facts.busySeconds),
    ]),
    latenessMetric(facts.lateness),
  ];
}

function latenessMetric({ buckets, count, sumMs }: ProcessFacts["lateness"]): Family {
  const samples: readonly Sample[] = [
    ...buckets.map(({ limitMs, count: within }) => {
      return { suffix: "_bucket", labels: { le: String(limitMs / 1_000) }, value: within };
    }),
    { suffix: "_bucket", labels: { le: "+Inf" }, value: count },
    { suffix: "_sum", labels: {}, value: sumMs / 1_000 },
    { suffix: "_count", labels: {}, value: count },
  ];
  const help = "How much later than it asked for the deciding thread woke up.";
  return { name: "mmm_wakeup_lateness_seconds", type: "histogram", help, samples };
}

function instant(iso: string | null, labels = {}): readonly Sample[] {
  return iso === null ? [] : [sample(Date.parse(iso) / 1_000, labels)];
}

export function seconds(ms: number | null): number | null {
  return ms === null ? null : ms / 1_000;
}
