/** A monitor's doors with a monitor behind them that answers everything, over real sockets of the loopback address. */
import type { ChannelCredentials } from "@grpc/grpc-js";
import { ControlClient, type StatusReport } from "../../src/adapters/control/client.ts";
import type { Request } from "../../src/adapters/control/codec.ts";
import { ControlServer } from "../../src/adapters/control/server.ts";
import { GrpcServer } from "../../src/adapters/grpc-server.ts";
import { credentialsFor, expecting } from "../../src/adapters/tls/channel.ts";
import { type TlsFiles, TlsIdentity } from "../../src/adapters/tls/identity.ts";
import type { Status } from "../../src/core/status-types.ts";
import { openToAll } from "./peer-server.ts";

const UNFOUNDED: Status = {
  cluster: { id: null, leader: null, term: 0, quorum: 0, has_quorum: false, monitors: [] },
  groups: [],
  answered_by: { name: "mon1", age_ms: null },
  at: "2026-11-22T15:04:11.034Z",
  warnings: [],
  security: null,
};

export const REPORT: StatusReport = {
  monitor: "mon1",
  status: UNFOUNDED,
  leader: null,
  hasQuorum: false,
  degraded: true,
};

/** What whoever these files name shows to mon1. */
export function shownBy(files: TlsFiles): ChannelCredentials {
  return credentialsFor(TlsIdentity.load(files), expecting("mon1"));
}

/** The status, asked for once. */
export async function statusAt(port: number, security: ChannelCredentials): Promise<StatusReport> {
  const client = new ControlClient(`127.0.0.1:${port}`, security);
  try {
    return await client.status(2_000);
  } finally {
    client.close();
  }
}

export class AnsweringMonitor implements AsyncDisposable {
  /** What it was asked to do. */
  readonly asked: Request[] = [];
  /** Why connections were refused. */
  readonly refused: string[] = [];
  readonly server: GrpcServer;
  port = 0;

  private constructor(identity: TlsIdentity | null) {
    const peer = openToAll();
    const control = new ControlServer({
      status: () => REPORT,
      info: () => ({ node: null, nodes: [] }),
      history: () => [],
      doctor: () => Promise.resolve({ reports: [], unreachable: [] }),
      operate: async (request) => {
        this.asked.push(request);
        return await Promise.resolve({ kind: "ok", message: "done" });
      },
    });
    const onRefused = (_from: string, reason: string) => void this.refused.push(reason);
    this.server = new GrpcServer(peer, control, { identity, onRefused });
  }

  static async open(identity: TlsIdentity | null): Promise<AnsweringMonitor> {
    const made = new AnsweringMonitor(identity);
    made.port = await made.server.listen({ host: "127.0.0.1", port: 0 });
    return made;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.close();
  }
}
