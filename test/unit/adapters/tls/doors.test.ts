/** Who is let in, and what the others are told: over real sockets of the loopback address. */
import { connect, createServer, type Socket } from "node:net";
import { connect as connectTls, createSecureContext } from "node:tls";
import {
  ChannelCredentials,
  type ChannelCredentials as Credentials,
  credentials,
} from "@grpc/grpc-js";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { Crowd } from "../../../../src/adapters/crowd.ts";
import { ControlClient } from "../../../../src/adapters/control/client.ts";
import type { Request } from "../../../../src/adapters/control/codec.ts";
import type { Role } from "../../../../src/adapters/tls/certificate-name.ts";
import { credentialsFor, expecting } from "../../../../src/adapters/tls/channel.ts";
import { TlsIdentity } from "../../../../src/adapters/tls/identity.ts";
import { makeAuthority } from "../../../../src/adapters/tls/issue.ts";
import { MmmError } from "../../../../src/errors.ts";
import { AnsweringMonitor, REPORT } from "../../../helpers/answering-monitor.ts";
import { Certificates, type Kind } from "../../../helpers/certificates.ts";
import { eventually } from "../../../helpers/eventually.ts";
import { freePort } from "../../../helpers/free-port.ts";
import { PREFACE, takenBack } from "../../../helpers/taking-back.ts";

let certificates: Certificates;
beforeAll(async () => {
  certificates = await Certificates.open();
});
afterAll(() => certificates[Symbol.asyncDispose]());

let asked: readonly Request[] = [];
let refused: readonly string[] = [];
const closing: (() => unknown)[] = [];
beforeEach(() => {
  asked = [];
  refused = [];
});
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

/** A monitor that answers everything, and its port. */
async function monitor(identity: TlsIdentity | null) {
  const made = await AnsweringMonitor.open(identity);
  ({ asked, refused } = made);
  closing.push(() => made[Symbol.asyncDispose]());
  return made;
}

function clientAt(address: string, security?: Credentials): ControlClient {
  const client = new ControlClient(address, security);
  closing.push(() => client.close());
  return client;
}

const ask = (port: number, security?: Credentials) =>
  clientAt(`127.0.0.1:${port}`, security).status(2_000);

const presenting = (role: Role, name: string, kind?: Kind) =>
  credentialsFor(certificates.identity(role, name, kind), expecting("mon1"));

const command: Request = {
  requestId: "r-1",
  by: "root@desk",
  forwarded: false,
  command: { kind: "switchover", group: "main", to: null },
};

const mon1 = () => certificates.identity("monitor", "mon1");
/** Another authority, which nobody trusts who does not say so. */
const foreign = makeAuthority(100, new Date());

describe("a host that opens connections without end", () => {
  it.each([false, true])("keeps nobody else out (with TLS: %s)", async (tls) => {
    const { port } = await monitor(tls ? mon1() : null);
    const sockets = Array.from({ length: 200 }, () =>
      connect({ host: "127.0.0.1", port, localAddress: "127.0.0.9" }).on("error", () => undefined),
    );
    closing.push(() => sockets.forEach((socket) => socket.destroy()));
    await eventually(
      () => sockets.filter(({ destroyed, closed }) => destroyed || closed).length,
      (closed) => closed >= 150,
    );
    expect(refused[0]).toBe("127.0.0.9: it opens too many connections, or too fast");
    expect(await ask(port, tls ? presenting("operator", "ann") : undefined)).toEqual(REPORT);
  });
});

describe("over TLS", () => {
  it.each(["monitor", "operator", "reader"] as const)("a %s may look", async (role) => {
    const { port } = await monitor(mon1());
    expect(await ask(port, presenting(role, "x"))).toEqual(REPORT);
    expect(refused).toEqual([]);
  });

  it("an operator may act, under the name of its certificate", async () => {
    const { port } = await monitor(mon1());
    const client = clientAt(`127.0.0.1:${port}`, presenting("operator", "ann"));
    expect(await client.operate(command, () => {}, 2_000)).toEqual({ kind: "ok", message: "done" });
    expect(asked.map(({ by }) => by)).toEqual(["ann (root@desk)"]);
  });

  it("a reader may not act, and is told so; nothing is begun", async () => {
    const { port } = await monitor(mon1());
    const client = clientAt(`127.0.0.1:${port}`, presenting("reader", "grafana"));
    expect(await client.operate(command, () => {}, 2_000)).toEqual({
      kind: "refused",
      message: "the certificate is that of reader grafana: only an operator's may act",
    });
    expect(asked).toEqual([]);
  });

  it("a monitor may hand on what it was asked for, and act for itself no more than an operator hand on", async () => {
    const { port } = await monitor(mon1());
    const forwarded = { ...command, forwarded: true };
    const mon2 = clientAt(`127.0.0.1:${port}`, presenting("monitor", "mon2"));
    expect(await mon2.operate(forwarded, () => {}, 2_000)).toMatchObject({ kind: "ok" });
    expect(asked[0]?.by).toBe("root@desk");
    expect(await mon2.operate(command, () => {}, 2_000)).toMatchObject({ kind: "refused" });
    const ann = clientAt(`127.0.0.1:${port}`, presenting("operator", "ann"));
    expect(await ann.operate(forwarded, () => {}, 2_000)).toMatchObject({ kind: "refused" });
    expect(asked).toHaveLength(1);
  });

  const STRANGERS: readonly (readonly [title: string, who: () => Credentials, told: RegExp])[] = [
    [
      "whose certificate has expired",
      () => presenting("operator", "ann", { begins: -9, days: 2 }),
      /the certificate of operator ann has expired on \d{4}-\d\d-\d\d/,
    ],
    [
      "whose certificate is not valid yet",
      () => presenting("operator", "ann", { begins: 3 }),
      /the certificate of operator ann is not valid before .* UTC, or this clock is wrong/,
    ],
    [
      "of another authority",
      () => {
        const files = certificates.files("operator", "ann", { signedBy: foreign });
        const both = certificates.file(
          "both.pem",
          foreign.certificate + certificates.authority.certificate,
        );
        return credentialsFor(TlsIdentity.load({ ...files, ca: both }), expecting("mon1"));
      },
      /the certificate of operator ann is not signed by an authority in tls_ca of this monitor/,
    ],
    [
      "without a certificate",
      () => {
        const context = createSecureContext({ ca: certificates.authority.certificate });
        return ChannelCredentials.createFromSecureContext(context, {
          checkServerIdentity: () => undefined,
        });
      },
      /it presents no certificate/,
    ],
    [
      "that talks in the clear",
      () => credentials.createInsecure(),
      /it talks in the clear, and here only TLS is spoken/,
    ],
  ];

  it.each(STRANGERS)("a caller %s is refused, and both ends say why", async (_title, who, told) => {
    const { port } = await monitor(mon1());
    await expect(ask(port, who())).rejects.toThrow(told);
    expect(refused[0]).toMatch(told);
    expect(refused[0]).toMatch(/^127\.0\.0\.1: /);
    const outcome = await clientAt(`127.0.0.1:${port}`, who()).operate(command, () => {}, 2_000);
    expect(outcome).toMatchObject({ kind: "refused", message: expect.stringMatching(told) });
    expect(asked).toEqual([]);
  });

  it("a caller of TLS 1.2 is refused, and both ends say why", async () => {
    const { port } = await monitor(mon1());
    const context = createSecureContext({
      ...certificates.identity("operator", "ann").context(),
      minVersion: "TLSv1.2",
      maxVersion: "TLSv1.2",
    });
    const old = ChannelCredentials.createFromSecureContext(context, {});
    await expect(ask(port, old)).rejects.toThrow("it does not speak TLS 1.3");
    expect(refused[0]).toBe("127.0.0.1: it does not speak TLS 1.3");
  });

  it("the monitor, too, is asked who it is", async () => {
    const of = (role: Role, name: string, kind?: Kind) => certificates.identity(role, name, kind);
    const wants = async (identity: TlsIdentity) => {
      const { port } = await monitor(identity);
      return await ask(port, presenting("operator", "ann"));
    };
    await expect(wants(of("monitor", "mon7"))).rejects.toThrow(
      "it presents the certificate of monitor mon7, not of mon1",
    );
    await expect(wants(of("monitor", "mon1", { begins: -9, days: 2 }))).rejects.toThrow(
      "its certificate has expired",
    );
    await expect(wants(of("monitor", "mon1", { begins: 2 }))).rejects.toThrow("is not valid yet");
    await expect(wants(of("operator", "ann"))).rejects.toThrow(
      "its certificate is not made for servers",
    );
    const stranger = certificates.files("monitor", "mon1", { signedBy: foreign });
    const ca = certificates.file("foreign.pem", foreign.certificate);
    await expect(wants(TlsIdentity.load({ ...stranger, ca }))).rejects.toThrow(
      "its certificate is not signed by an authority in tls_ca here",
    );
    // Whoever closes on this monitor is noticed here.
    await eventually(
      () => refused,
      (all) =>
        all.some((text) => text.includes("it may not accept the certificate of this monitor")),
    );
  });

  it("what other files would mend is told from what they would not", async () => {
    const codeOf = async (asking: Promise<unknown>) =>
      await asking.then(
        () => "",
        (error: unknown) => (error instanceof MmmError ? error.code : "other"),
      );
    const { port } = await monitor(mon1());
    const stranger = certificates.files("operator", "ann", { signedBy: foreign });
    const ca = certificates.file("foreign-2.pem", foreign.certificate);
    const foreigner = credentialsFor(TlsIdentity.load({ ...stranger, ca }), expecting(null));
    expect(await codeOf(ask(port, foreigner))).toBe("TLS_MISFIT");
    expect(await codeOf(ask(port, credentials.createInsecure()))).toBe("TLS_MISFIT");
    const open = await monitor(null);
    expect(await codeOf(ask(open.port, presenting("operator", "ann")))).toBe("TLS_MISFIT");
    const other = await monitor(certificates.identity("monitor", "mon7"));
    expect(await codeOf(ask(other.port, presenting("operator", "ann")))).toBe("PEER_UNREACHABLE");
    const late = await monitor(certificates.identity("monitor", "mon1", { begins: -9, days: 2 }));
    expect(await codeOf(ask(late.port, presenting("operator", "ann")))).toBe("PEER_UNREACHABLE");
    expect(await codeOf(ask(await freePort()))).toBe("PEER_UNREACHABLE");
  });

  it("many who are refused at once leave the others alone", async () => {
    const { port } = await monitor(mon1());
    const strangers = Array.from({ length: 30 }, () => ask(port, credentials.createInsecure()));
    const results = await Promise.allSettled(strangers);
    expect(results.every(({ status }) => status === "rejected")).toBe(true);
    expect(await ask(port, presenting("reader", "x"))).toEqual(REPORT);
  });

  it("nonsense and silence are no callers", async () => {
    const { port } = await monitor(mon1());
    const noise = connect(port, "127.0.0.1").on("error", () => {});
    noise.write(Uint8Array.of(0x16, 0x03, 0x01, 0xff, 0xff, 0xff));
    noise.end("what is this?");
    await eventually(
      () => refused,
      (all) => all.length > 0,
    );
    connect(port, "127.0.0.1")
      .on("error", () => {})
      .destroy();
    expect(await ask(port, presenting("reader", "x"))).toEqual(REPORT);
  });
});

describe("a host that takes back what it asks", () => {
  /** As many as come in one piece, until the connection is closed. */
  async function takeBack(port: number, tls: boolean): Promise<void> {
    const raw = connect({ host: "127.0.0.1", port, localAddress: "127.0.0.9" });
    closing.push(() => raw.destroy());
    const context = certificates.identity("operator", "ann").context();
    const over = { ...context, socket: raw, checkServerIdentity: () => undefined };
    const socket = tls ? connectTls({ ...over, ALPNProtocols: ["h2"] }) : raw;
    socket.on("error", () => undefined).resume();
    socket.write(PREFACE);
    socket.write(takenBack(100, 1));
    await eventually(() => raw.closed, Boolean, { what: "the connection is closed" });
  }

  it.each([
    ["in the clear", false, false],
    ["over TLS", true, true],
    ["that is turned away, for it talks in the clear", true, false],
  ])("pays once for each connection %s", async (_title, monitorHas, clientHas) => {
    const charged = vi.spyOn(Crowd.prototype, "charge");
    closing.push(() => charged.mockRestore());
    const { port } = await monitor(monitorHas ? mon1() : null);
    const paid = () => charged.mock.calls.map(([address]) => address);
    for (const addresses of [["127.0.0.9"], ["127.0.0.9", "127.0.0.9"]]) {
      await takeBack(port, clientHas);
      await eventually(paid, ({ length }) => length >= addresses.length);
      expect(paid()).toEqual(addresses);
    }
  });

  it("is let in less and less, and nobody else feels it", async () => {
    const { port } = await monitor(null);
    for (let connection = 0; connection < 20 && refused.length === 0; connection += 1)
      await takeBack(port, false);
    expect(refused[0]).toBe("127.0.0.9: it opens too many connections, or too fast");
    expect(await ask(port)).toEqual(REPORT);
  });
});

describe("without TLS", () => {
  it("whoever comes may act, under the name that it says", async () => {
    const { port } = await monitor(null);
    const client = clientAt(`127.0.0.1:${port}`);
    expect(await client.operate(command, () => {}, 2_000)).toMatchObject({ kind: "ok" });
    expect(asked[0]?.by).toBe("root@desk");
  });

  it("a caller that speaks TLS is refused, and both ends say why", async () => {
    const { port } = await monitor(null);
    await expect(ask(port, presenting("operator", "ann"))).rejects.toThrow(
      "it does not speak TLS: it runs with tls = off",
    );
    expect(refused[0]).toBe("127.0.0.1: it speaks TLS, and this monitor runs with tls = off");
  });
});

/** Stands between a client and a monitor, and keeps what the client says in answer to the monitor's first words. */
class Between {
  readonly #server = createServer((down) => this.#join(down));
  readonly #port: number;
  #kept: Buffer[] | null = [];
  #up: Socket | null = null;

  constructor(port: number) {
    this.#port = port;
    closing.push(() => this.#server.close());
  }

  async listen(): Promise<number> {
    await new Promise<void>((settle) => this.#server.listen(0, "127.0.0.1", settle));
    const address = this.#server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  get isKeeping(): boolean {
    return this.#kept !== null && this.#kept.length > 0;
  }

  letGo(): void {
    for (const bytes of this.#kept ?? []) this.#up?.write(bytes);
    this.#kept = null;
  }

  #join(down: Socket): void {
    const up = connect(this.#port, "127.0.0.1");
    this.#up = up;
    closing.push(() => (up.destroy(), down.destroy()));
    up.pipe(down).on("error", () => undefined);
    up.on("error", () => undefined);
    down.once("data", (hello: Buffer) => {
      up.write(hello);
      down.on("data", (bytes: Buffer) => {
        if (this.#kept === null) up.write(bytes);
        else this.#kept.push(bytes);
      });
    });
  }
}

describe("new certificates", () => {
  it("are presented and asked for at once, also of those who were connected", async () => {
    const { server, port } = await monitor(mon1());
    const ann = clientAt(`127.0.0.1:${port}`, presenting("operator", "ann"));
    expect(await ann.status(2_000)).toEqual(REPORT);
    const files = certificates.files("monitor", "mon1", { signedBy: foreign });
    const ca = certificates.file("new-ca.pem", foreign.certificate);
    server.renew(TlsIdentity.load({ ...files, ca }));
    // For an instant the old connection refuses calls, until the caller has come again.
    await eventually(
      () => ann.status(2_000).then(() => "", String),
      (why) => why.includes("its certificate is not signed by an authority in tls_ca here"),
    );
  });

  it("count for whoever was in the midst of a handshake", async () => {
    const { server, port } = await monitor(mon1());
    const between = new Between(port);
    const through = clientAt(`127.0.0.1:${await between.listen()}`, presenting("operator", "ann"));
    const outcome = through.operate(command, () => {}, 3_000);
    await eventually(() => between.isKeeping, Boolean, {
      what: "the client answers the handshake",
    });
    const files = certificates.files("monitor", "mon1", { signedBy: foreign });
    const ca = certificates.file("other-ca.pem", foreign.certificate);
    server.renew(TlsIdentity.load({ ...files, ca }));
    between.letGo();
    expect((await outcome).kind).not.toBe("ok");
    expect(asked).toEqual([]);
  });

  it("count for whoever takes an earlier session up again", async () => {
    const { server, port } = await monitor(mon1());
    const { ca, cert, key } = certificates.identity("operator", "ann").context();
    const meet = async (session?: Buffer) => {
      const at = { host: "127.0.0.1", port, ALPNProtocols: ["h2"] };
      const again = session === undefined ? {} : { session };
      // Whom it meets does not matter to it: what the monitor makes of it is asked.
      const socket = connectTls({ ...at, ca, cert, key, ...again, rejectUnauthorized: false });
      closing.push(() => socket.destroy());
      const met = { session: null as Buffer | null, isThere: false, reused: false };
      socket.on("session", (given: Buffer) => (met.session = given));
      socket.on("error", () => undefined);
      socket.once("secureConnect", () => {
        met.isThere = true;
        met.reused = socket.isSessionReused();
      });
      socket.write(PREFACE);
      const isDone = (now: typeof met) => (session === undefined ? now.session : now.isThere);
      return await eventually(
        () => met,
        (now) => Boolean(isDone(now)),
      );
    };
    const first = await meet();
    const session = first.session ?? Buffer.alloc(0);
    expect(await meet(session)).toMatchObject({ reused: true });
    expect(refused).toEqual([]);
    const files = certificates.files("monitor", "mon1", { signedBy: foreign });
    server.renew(
      TlsIdentity.load({ ...files, ca: certificates.file("third-ca.pem", foreign.certificate) }),
    );
    expect(await meet(session)).toMatchObject({ reused: false });
    await eventually(
      () => refused,
      ([why = ""]) => why.includes("is not signed by an authority in tls_ca of this monitor"),
    );
  });
});
