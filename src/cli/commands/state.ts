/**
 * `mmm state export|import`, for the last resort: a majority of the monitors lost what they knew. It
 * reads and writes data directories on this host; no monitor is asked, but for whether the old cluster
 * lives. An import never continues a cluster: it founds a new one that remembers.
 */
import { existsSync, writeFileSync } from "node:fs";
import { assertSameNodes, nameOf } from "../../adapters/config/bequest.ts";
import { readConfig } from "../../adapters/config/load.ts";
import type { Config } from "../../adapters/config/types.ts";
import { exportText } from "../../adapters/store/export-format.ts";
import type { Export } from "../../adapters/store/export-reads.ts";
import { assertImportable, putImport, readExportFile } from "../../adapters/store/import-file.ts";
import { loadState } from "../../adapters/store/state-file.ts";
import { EXIT, type ExitCode, messageOf, MmmError, systemCode } from "../../errors.ts";
import { type Context, toJson } from "../command.ts";
import { confirm } from "../confirm.ts";
import { usageFailure } from "../failure.ts";

export async function run(context: Context): Promise<ExitCode> {
  const [action = "", file] = context.operands;
  if (action === "export") return await exportTo(context, file ?? null);
  if (action !== "import")
    throw usageFailure(`state does not know "${action}"; write export or import`, "state");
  if (file === undefined) throw usageFailure("state import needs a FILE", "state");
  return await importFrom(context, file);
}

// ——— export ———

async function exportTo({ terminal, options }: Context, file: string | null): Promise<ExitCode> {
  const dataDir = options["data-dir"] ?? readConfig(options.config).local.dataDir;
  const state = existsSync(dataDir) ? await loadState(dataDir) : null;
  if (state === null || state.slot === null) throw nothingIn(dataDir);
  const text = exportText({ monitor: state.name, slot: state.slot, at: Date.now() });
  if (file === null) {
    terminal.print(text.trimEnd().split("\n"));
    return EXIT.ok;
  }
  write(file, text, options.force === true);
  const { term, version } = state.slot.stamp;
  terminal.note([
    `${file}: what ${state.name} knows, term ${term}, epoch ${version}`,
    "If several monitors are left, keep the export with the highest term, and of these the highest epoch.",
  ]);
  return EXIT.ok;
}

function write(file: string, text: string, over: boolean): void {
  try {
    writeFileSync(file, text, { mode: 0o600, flag: over ? "w" : "wx" });
  } catch (error) {
    const isThere = systemCode(error) === "EEXIST";
    throw new MmmError("EXPORT_UNWRITTEN", {
      what: `cannot write ${file}`,
      why: isThere ? "it exists" : messageOf(error),
      todo: isThere ? "choose another name, or write over it with --force" : "choose another place",
      cause: error,
    });
  }
}

function nothingIn(dataDir: string): MmmError {
  return new MmmError("DATA_DIR", {
    what: `there is no state in ${dataDir}`,
    why: "no monitor that uses it has ever belonged to a cluster",
    todo: "name the directory of one that has, with --data-dir, as a user who may read it",
  });
}

// ——— import ———

async function importFrom(context: Context, file: string): Promise<ExitCode> {
  const { terminal, options } = context;
  const config = readConfig(options.config);
  const dataDir = options["data-dir"] ?? config.local.dataDir;
  const { bytes, found } = readExportFile(file);
  assertSameNodes(config, found);
  await assertImportable(dataDir);
  await assertGone(context, found);
  await confirm(context, risks(found), "Is that cluster gone for good?");
  const path = putImport(dataDir, bytes);
  const told = { path, cluster: found.cluster, epoch: found.stamp.version };
  if (options.output === "json") terminal.print(toJson(told));
  else terminal.print(nextSteps(config, found, path));
  return EXIT.ok;
}

/** Whoever answers for the old cluster would go on as it. @throws MmmError IMPORT_REFUSED */
async function assertGone(context: Context, { cluster, monitors }: Export): Promise<void> {
  const answers = await context.cluster().answersOf(monitors);
  const answering = answers
    .filter(({ status }) => status.cluster.id === cluster)
    .map(({ status }) => status.answered_by.name);
  if (answering.length === 0) return;
  throw new MmmError("IMPORT_REFUSED", {
    what: `will not import the state of cluster ${cluster}`,
    why: `it is alive, and may keep its virtual IPs alive: ${answering.join(", ")} still ${answering.length === 1 ? "runs" : "run"} for it`,
    todo: "with a majority left, replace the others (mmm monitor replace); else stop that first",
  });
}

function risks({ cluster, stamp, exportedAt }: Export): readonly string[] {
  return [
    `This is for the case that a majority of the monitors of cluster ${cluster} is lost for good.`,
    `A new cluster, with another id, will be founded with what was known at epoch ${stamp.version} (${exportedAt}).`,
    "If monitors of the old one still run somewhere, both may act on the same Redis servers.",
  ];
}

function nextSteps({ monitors }: Config, found: Export, path: string): readonly string[] {
  const names = monitors.map(({ name }) => name ?? "?").join(", ");
  const steps = [
    ...(monitors.length < 2
      ? []
      : [`import the same file on every monitor (${names}): none begins alone`]),
    "start all monitors; the cluster is founded when the last one is there",
    `mmm adopt ${found.cluster}: refused while a lease of the old cluster is alive on any host`,
  ];
  return [
    `OK: ${path}: ${nameOf(found)}, exported ${found.exportedAt}`,
    ...steps.map((text, at) => `${at + 1}. ${text}`),
    ...found.groups.flatMap(leftOpen),
  ];
}

/** What the old cluster was in the middle of: nobody will end it. */
function leftOpen({ name, unfinished, savedMinReplicas }: Export["groups"][number]): string[] {
  const saved = Object.entries(savedMinReplicas).map(([node, value]) => `${value} on ${node}`);
  return [
    ...(unfinished === null
      ? []
      : [`WARNING ${name}: a ${unfinished} was under way; what it left on the hosts is tidied up`]),
    ...(saved.length === 0
      ? []
      : [
          `WARNING ${name}: min-replicas-to-write was ${saved.join(", ")}; set it again if it is 0 now`,
        ]),
  ];
}
