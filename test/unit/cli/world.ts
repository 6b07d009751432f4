/** A world for `mmm`: a terminal that remembers, and monitors that answer what they are told to. */
import type { Examination } from "../../../src/adapters/doctor/finding.ts";
import type { MonitorClient, Request, StatusAnswer } from "../../../src/cli/cluster.ts";
import { main } from "../../../src/cli/main.ts";
import { plain } from "../../../src/cli/terminal.ts";
import type { CommandOutcome } from "../../../src/core/messages.ts";
import type { HistoryEntry } from "../../../src/core/status-types.ts";
import { aStatus } from "./fixtures.ts";

export interface FakeMonitor {
  readonly status?: () => StatusAnswer;
  readonly history?: readonly HistoryEntry[];
  readonly examination?: Examination;
  readonly outcome?: CommandOutcome;
  /** Before that one: what it says the first times. */
  readonly first?: CommandOutcome[];
  readonly progress?: readonly string[];
  /** Thrown instead of an answer. */
  readonly fault?: Error;
  /** Thrown before it is asked anything. */
  readonly unconnectable?: Error;
}

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** What was asked of which monitor. */
  readonly requests: readonly (Request & { readonly address: string })[];
  readonly asked: readonly string[];
  readonly open: number;
}

export interface Setting {
  readonly monitors?: Readonly<Record<string, FakeMonitor>>;
  readonly inPlace?: (text: string) => string;
  readonly interactive?: boolean;
  readonly screen?: boolean;
  readonly answer?: string;
  /** One after the other, then none. */
  readonly answers?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly interrupted?: AbortSignal;
}

export function anAnswer(change: Partial<StatusAnswer> = {}): StatusAnswer {
  return { status: aStatus(), leader: "mon2", hasQuorum: true, degraded: false, ...change };
}

const ONE: Readonly<Record<string, FakeMonitor>> = { "127.0.0.1:7400": {} };
const REFUSED = "connection refused";

/** Runs `mmm ARGS`. Asks 127.0.0.1:7400 unless the arguments say otherwise. */
export async function mmm(line: string, setting: Setting = {}): Promise<Ran> {
  const { monitors = ONE, env = { MMM_MONITORS: Object.keys(monitors).join(",") } } = setting;
  const [out, err, asked]: string[][] = [[], [], []];
  const requests: (Request & { address: string })[] = [];
  let open = 0;
  const connect = ({ address }: { readonly address: string }): MonitorClient => {
    const monitor = monitors[address];
    if (monitor?.unconnectable !== undefined) throw monitor.unconnectable;
    open += 1;
    return {
      status: async () => {
        if (monitor === undefined) throw new Error(`${address} does not answer: ${REFUSED}`);
        if (monitor.fault !== undefined) throw monitor.fault;
        return await Promise.resolve((monitor.status ?? anAnswer)());
      },
      history: async (limit) => {
        if (monitor === undefined) throw new Error(`${address} does not answer: ${REFUSED}`);
        return await Promise.resolve((monitor.history ?? []).slice(-limit));
      },
      doctor: async () => {
        return await Promise.resolve(monitor?.examination ?? { reports: [], unreachable: [] });
      },
      operate: async (request, onProgress) => {
        requests.push({ ...request, address });
        for (const text of monitor?.progress ?? []) onProgress({ event: "operation.step", text });
        onProgress({ event: "vote.changed", text: "db3: vote up → unknown" });
        return await Promise.resolve(
          monitor?.first?.shift() ?? monitor?.outcome ?? { kind: "ok", message: "done" },
        );
      },
      close: () => {
        open -= 1;
      },
    };
  };
  const code = await main(
    line.split(" ").filter((word) => word !== ""),
    {
      terminal: {
        interactive: setting.interactive ?? false,
        screen: setting.screen ?? false,
        columns: () => null,
        paint: plain,
        interrupted: () => setting.interrupted ?? new AbortController().signal,
        print: (lines) => out?.push(...lines),
        note: (lines) => err?.push(...lines),
        redraw: (lines) => out?.push("<clear>", ...lines),
        ask: async (question) => {
          asked?.push(question);
          const next = setting.answers?.[(asked?.length ?? 0) - 1];
          return await Promise.resolve(next ?? setting.answer ?? "");
        },
      },
      inPlace: setting.inPlace ?? ((text) => text),
      env,
      connect,
      by: "ann@desk",
      requestId: () => "request-1",
      version: "2.0.0",
    },
  );
  return {
    code,
    out: (out ?? []).join("\n"),
    err: (err ?? []).join("\n"),
    requests,
    asked: asked ?? [],
    open,
  };
}
