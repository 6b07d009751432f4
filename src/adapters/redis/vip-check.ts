/** Who answers at a VIP: connects to it as a client would, and asks for the run_id. */
import type { Ip } from "../../core/ids.ts";
import type { Target } from "../../core/io.ts";
import type { VipChecker, VipCheckOutcome } from "../../ports.ts";
import { Connection, type Credentials, greeting, type Reply } from "./connection.ts";
import { Deadline, LATE } from "./deadline.ts";
import { shorten } from "./failure.ts";
import { parseRunId } from "./info.ts";
import { textOf } from "./info-request.ts";
import { authProblem, findLoss, findRejection } from "./interpret.ts";
import type { CredentialsOf } from "./probe.ts";

export interface VipCheck {
  /** Null: no Redis told its run_id; `text` says why. */
  readonly runId: string | null;
  readonly text: string;
}

export class VipChecks implements VipChecker {
  readonly #credentialsOf: CredentialsOf;

  constructor(credentialsOf: CredentialsOf) {
    this.#credentialsOf = credentialsOf;
  }

  async check(target: Target, vip: Ip, deadlineMs: number): Promise<VipCheckOutcome> {
    const found = await checkVip(vip, target.port, this.#credentialsOf(target), deadlineMs);
    return { kind: "vip-check", ...found };
  }
}

/** Ends at the deadline at the latest. */
export async function checkVip(
  vip: string,
  port: number,
  credentials: Credentials,
  deadlineMs: number,
): Promise<VipCheck> {
  const deadline = new Deadline(deadlineMs);
  const opening = await Connection.open({ host: vip, port, tls: credentials.tls }, deadline);
  if (opening.kind === "failed") return nobody(`connect: ${opening.failure.text}`);
  const hello = greeting(credentials, "mmm-vip-check");
  try {
    const asked = opening.connection.ask([...hello, ["INFO", "server"]]);
    const replies = await deadline.within(asked);
    return replies === LATE ? nobody("no answer") : readAnswer(replies, hello.length > 1);
  } finally {
    opening.connection.close();
  }
}

function readAnswer(replies: readonly Reply[], authSent: boolean): VipCheck {
  const loss = findLoss(replies);
  if (loss !== null) return nobody(findRejection(replies) ?? loss.text);
  const problem = authProblem(authSent ? (replies[0] ?? null) : null);
  if (problem !== null) return nobody(problem);
  const info = replies.at(-1);
  if (info === undefined || info.kind === "error") return nobody(info?.text ?? "no answer");
  const runId = parseRunId(textOf(info));
  return runId === null ? nobody("INFO: no run_id") : { runId, text: `run_id ${runId}` };
}

function nobody(text: string): VipCheck {
  return { runId: null, text: shorten(text) };
}
