/** Who may call what: every method of the services, and every command, by every kind of caller. */
import { readFileSync } from "node:fs";
import {
  Client,
  credentials,
  type MethodDefinition,
  Server,
  ServerCredentials,
  status,
} from "@grpc/grpc-js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Caller } from "../../../src/adapters/caller.ts";
import { ControlServer } from "../../../src/adapters/control/server.ts";
import { descriptor } from "../../../src/adapters/gen/descriptor.ts";
import { ControlService, PeerService } from "../../../src/adapters/grpc.ts";
import { addServices } from "../../../src/adapters/services.ts";
import { REPORT } from "../../helpers/answering-monitor.ts";
import { openToAll } from "../../helpers/peer-server.ts";

const CALLERS = {
  anyone: { kind: "anyone" },
  local: { kind: "local" },
  monitor: { kind: "certified", name: { role: "monitor", name: "mon2" } },
  operator: { kind: "certified", name: { role: "operator", name: "ann" } },
  reader: { kind: "certified", name: { role: "reader", name: "grafana" } },
  "somebody refused": { kind: "refused", why: "its certificate has expired" },
} satisfies Readonly<Record<string, Caller>>;
type Who = keyof typeof CALLERS;
const EVERYBODY = Object.keys(CALLERS) as readonly Who[];

const LOOKING: readonly Who[] = ["anyone", "local", "monitor", "operator", "reader"];
const ACTING: readonly Who[] = ["anyone", "local", "operator"];
const HANDING_ON: readonly Who[] = ["anyone", "local", "monitor"];

/** A method that is not here fails the first test: whoever adds one decides who may call it. */
const RULES: Readonly<Record<string, readonly Who[]>> = {
  "Peer.Exchange": ["anyone", "monitor"],
  "Peer.Identify": LOOKING,
  "Control.Status": LOOKING,
  "Control.Info": LOOKING,
  "Control.History": LOOKING,
  "Control.Doctor": LOOKING,
  "Control.Watch": LOOKING,
  "Control.Identify": LOOKING,
  "Control.Operate": ACTING,
};
const COMMANDS = descriptor.nested.mmm.nested.v1.nested.OperateRequest.oneofs.command.oneof;

const read = (file: string) => readFileSync(new URL(`../../../${file}`, import.meta.url), "utf8");

/** As the definition has them, and not what was made of it. */
function methodsOf(proto: string): readonly string[] {
  const services = [...proto.matchAll(/^service (\w+) \{(.*?)^\}/gms)];
  return services.flatMap(([, service, body = ""]) =>
    [...body.matchAll(/^ {2}rpc (\w+)\(/gm)].map(([, method]) => `${service}.${method}`),
  );
}

let caller: Caller = CALLERS["somebody refused"];
let asked: readonly string[] = [];
const server = new Server();
let client: Client;

beforeAll(async () => {
  const peer = openToAll();
  const control = new ControlServer({
    status: () => REPORT,
    info: () => ({ node: null, nodes: [] }),
    history: () => [],
    doctor: () => Promise.resolve({ reports: [], unreachable: [] }),
    operate: ({ command }) => {
      asked = [...asked, command.kind];
      return Promise.resolve({ kind: "ok", message: "" });
    },
  });
  addServices(server, { peer, control }, () => caller);
  const port = await new Promise<number>((settle, fail) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? settle(bound) : fail(error),
    );
  });
  client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
});
afterAll(() => {
  client.close();
  server.forceShutdown();
});

/** With which code it ends; an answer is OK. */
function call(
  { path, requestStream, responseStream, ...by }: MethodDefinition<object, object>,
  request: object,
): Promise<status> {
  const { requestSerialize: write, responseDeserialize: take } = by;
  return new Promise((settle) => {
    if (!responseStream) {
      client.makeUnaryRequest(path, write, take, request, (error) =>
        settle(error?.code ?? status.OK),
      );
      return;
    }
    const open = () => {
      if (!requestStream) return client.makeServerStreamRequest(path, write, take, request);
      const both = client.makeBidiStreamRequest(path, write, take);
      both.write(request);
      return both;
    };
    const stream = open();
    stream.on("error", ({ code }: { readonly code: status }) => settle(code));
    stream.on("data", () => {
      settle(status.OK);
      stream.cancel();
    });
  });
}

/** Who got further than to the door. */
async function admitted(method: MethodDefinition<object, object>, request: object) {
  const in_: Who[] = [];
  for (const who of EVERYBODY) {
    caller = CALLERS[who];
    const code = await call(method, request);
    expect(code, who).not.toBe(status.UNIMPLEMENTED);
    if (code !== status.PERMISSION_DENIED) in_.push(who);
  }
  return in_;
}

const definitions = {
  Peer: PeerService.service as unknown as Readonly<
    Record<string, MethodDefinition<object, object>>
  >,
  Control: ControlService.service as unknown as Readonly<
    Record<string, MethodDefinition<object, object>>
  >,
};

function definitionOf(rule: string): MethodDefinition<object, object> {
  const [service = "", method = ""] = rule.split(".");
  const found = definitions[service as keyof typeof definitions][method];
  if (found === undefined) throw new Error(`there is no ${rule}`);
  return found;
}

describe("what a monitor can be asked", () => {
  it("has a rule for every method, and the page for people names each", () => {
    const methods = methodsOf(read("proto/mmm.proto"));
    expect(methods.toSorted()).toEqual(Object.keys(RULES).toSorted());
    const page = read("docs/certificates.md");
    for (const method of methods) expect(page).toContain(`\`${method.split(".")[1]}\``);
  });

  it.each(Object.entries(RULES))("%s: only by whom the rule names", async (rule, who) => {
    expect(await admitted(definitionOf(rule), {})).toEqual(who);
  });

  it.each(COMMANDS)(
    "%s: only an operator orders it, only a monitor hands it on",
    async (command) => {
      const operate = definitionOf("Control.Operate");
      const request = { requestId: "r-1", by: "x", [command]: {} };
      expect(await admitted(operate, request)).toEqual(ACTING);
      expect(await admitted(operate, { ...request, forwarded: true })).toEqual(HANDING_ON);
    },
  );

  it("is begun for nobody who was turned away", async () => {
    const operate = definitionOf("Control.Operate");
    asked = [];
    const request = { requestId: "r-1", by: "x", readOwn: {} };
    await admitted(operate, request);
    expect(asked).toHaveLength(ACTING.length);
  });
});
