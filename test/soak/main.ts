/**
 * The program behind scripts/soak: one lab, broken at random from a seed for a minute, mended, and
 * looked over, again and again. Options, and what the exit code means: see there.
 */
import { appendFileSync, cpSync, lstatSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { GroupStatus, HistoryEntry } from "../../src/core/status-types.ts";
import { eventually } from "../helpers/eventually.ts";
import { Lab, nowS, type ObserverReport, passing, type WriterReport } from "../helpers/lab.ts";
import { Injector } from "./injector.ts";
import { Random } from "./random.ts";
import { judge, type RoundRecord, WHOLE_WITHIN_S } from "./record.ts";
import { roundLine, toReport, toText } from "./report.ts";
import { drawSettings, type Settings } from "./settings.ts";

const FAULTED_MS = 60_000;
const HEALED_MS = 30_000;
/** What the writers of about two seconds leave in the stream. */
const CAUGHT_UP_BYTES = 64 * 1024;

const { values: options } = parseArgs({
  options: {
    minutes: { type: "string", default: "3" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    out: { type: "string" },
  },
});
const minutes = Number(options.minutes);
const seed = Number(options.seed);
if (!(minutes > 0) || !Number.isInteger(seed)) {
  process.stderr.write("scripts/soak: --minutes takes a number above 0, --seed a whole number\n");
  process.exit(2);
}
const out = options.out ?? `/tmp/mmm-soak-${seed}`;
const wallMinusMonotonicS = Date.now() / 1_000 - nowS();
const startedAt = new Date();

process.once("SIGINT", () => process.exit(130));
process.once("SIGTERM", () => process.exit(143));

mkdirSync(out, { recursive: true });
process.exitCode = (await soak()) ? 0 : 1;

async function soak(): Promise<boolean> {
  const random = new Random(seed);
  const settings = drawSettings(random);
  print(`seed ${seed}: ${settings.text}; report and transcript in ${out}`);
  await using lab = await Lab.up(settings.up);
  const rounds: RoundRecord[] = [];
  try {
    await runRounds(lab, random, settings, rounds);
  } catch (error) {
    await keepEverything(lab, rounds);
    throw error;
  }
  const verdict = judge(rounds, wallMinusMonotonicS);
  const report = toReport({
    seed,
    settings: settings.text,
    startedAt: startedAt.toISOString(),
    minutes: passedMs() / 60_000,
    rounds,
    verdict,
  });
  writeFileSync(join(out, "report.json"), `${JSON.stringify(report, null, 2)}\n`);
  print(toText(report));
  if (!verdict.isGood) await keepEverything(lab, rounds);
  return verdict.isGood;
}

/** Until the time is over, or something is wrong. */
async function runRounds(
  lab: Lab,
  random: Random,
  { clients, pauseMs }: Settings,
  rounds: RoundRecord[],
): Promise<void> {
  await lab.run("observer", "start");
  await lab.run("writer", "start", "--clients", String(clients), "--pause", String(pauseMs));
  const injector = new Injector(lab, random, note);
  const known = new Set<string>();
  for (;;) {
    const round = await runRound(lab, injector, rounds.length + 1, known);
    rounds.push(round);
    const verdict = judge(rounds, wallMinusMonotonicS);
    print(roundLine(round, verdict));
    if (!verdict.isGood || passedMs() > minutes * 60_000 - HEALED_MS) return;
  }
}

function passedMs(): number {
  return Date.now() - startedAt.getTime();
}

async function runRound(
  lab: Lab,
  injector: Injector,
  number: number,
  known: Set<string>,
): Promise<RoundRecord> {
  const before = injector.all.length;
  await injector.torment(FAULTED_MS);
  await injector.mend();
  note("mended", `round ${number}`);
  const mendedS = nowS();
  const wholeAfterS = await wholeAfter(lab, injector, mendedS);
  if (wholeAfterS !== null) await injector.plannedSwitchover();
  await passing(Math.max(0, HEALED_MS - (nowS() - mendedS) * 1_000));
  const writer = JSON.parse(await lab.run("writer", "check")) as WriterReport;
  const observer = JSON.parse(await lab.run("observer", "check")) as ObserverReport;
  const gap = Math.max(writer.gap_ms, writer.open_gap_ms ?? 0);
  return {
    number,
    faults: injector.all.slice(before),
    moves: await newMoves(lab, known),
    gapMs: gap,
    gapFromS: writer.gap_from_s,
    wholeAfterS,
    writer,
    observer,
  };
}

/** Seconds since `mendedS` until everything is as it should be; null: not within the bound. */
async function wholeAfter(lab: Lab, injector: Injector, mendedS: number): Promise<number | null> {
  const leftMs = () => WHOLE_WITHIN_S * 1_000 - (nowS() - mendedS) * 1_000;
  try {
    await injector.setEverybodyOnline();
    await lab.healthy(leftMs());
    const what = "replicas that have caught up";
    const within = { withinMs: leftMs(), everyMs: 200, what };
    await eventually(() => lab.group(), haveCaughtUp, within);
    return nowS() - mendedS;
  } catch (error) {
    note("not whole", String(error));
    return null;
  }
}

/** A link whose packets were lost is said to be up long before TCP sends them again. */
function haveCaughtUp({ nodes }: GroupStatus): boolean {
  return nodes.every(({ lag_bytes }) => (lag_bytes ?? 0) <= CAUGHT_UP_BYTES);
}

async function newMoves(lab: Lab, known: Set<string>): Promise<readonly HistoryEntry[]> {
  const history = await lab.history();
  const moves = history.filter(
    (entry) =>
      (entry.kind === "failover" || entry.kind === "switchover") && !known.has(nameOf(entry)),
  );
  for (const move of moves) known.add(nameOf(move));
  for (const move of moves)
    note(`${move.kind} ${move.result}`, `${move.from} → ${move.to}: ${move.reason}`);
  return moves;
}

function nameOf({ kind, term, epoch, started_at }: HistoryEntry): string {
  return `${kind} ${term} ${epoch} ${started_at}`;
}

async function keepEverything(lab: Lab, rounds: readonly RoundRecord[]): Promise<void> {
  writeFileSync(join(out, "rounds.json"), `${JSON.stringify(rounds, null, 1)}\n`);
  const asked = [
    ["mmm", "status", "--cluster"],
    ["mmm", "explain"],
    ["mmm", "history"],
    ["status"],
  ];
  for (const command of asked) {
    const said = (await lab.tryRun(...command)) ?? "(no answer)\n";
    appendFileSync(join(out, "asked.txt"), `== ${command.join(" ")}\n${said}`);
  }
  // Sockets cannot be copied.
  const filter = (file: string): boolean => !lstatSync(file).isSocket();
  cpSync(lab.directory, join(out, "lab"), { recursive: true, filter });
  print(`everything was kept in ${out}`);
}

function note(what: string, target: string): void {
  const at = { wall: new Date().toISOString(), s: Math.round(nowS() * 1_000) / 1_000 };
  appendFileSync(join(out, "transcript.jsonl"), `${JSON.stringify({ ...at, what, target })}\n`);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
