/** After a reload each monitor reads its own settings again, and a person hears of those that did not. */
import { expect, it } from "vitest";
import type { Request } from "../../../src/adapters/control/codec.ts";
import type { CommandOutcome } from "../../../src/core/messages.ts";
import { readOwn, readOwnEverywhere } from "../../../src/daemon/own-everywhere.ts";

const PEERS = ["mon2", "mon3", "mon4"].map((name) => ({ name, address: `${name}:7400` }));

/** Peers that answer as they are told to; others do not answer. */
function where(answers: Readonly<Record<string, CommandOutcome>>, restart: readonly string[] = []) {
  const requests: (Request & { readonly to: string })[] = [];
  let open = 0;
  const clientOf = ({ name, address }: { readonly name: string; readonly address: string }) => {
    open += 1;
    const answer = answers[name];
    return {
      identify: () =>
        answer === undefined
          ? Promise.reject(new Error(`${address} does not answer: refused`))
          : Promise.resolve({ name, version: "", clusterId: "" } as never),
      operate: (request: Request) => {
        requests.push({ ...request, to: name });
        return Promise.resolve(answer ?? { kind: "not-leader" as const, leader: null });
      },
      close: () => {
        open -= 1;
      },
    };
  };
  const readAnew = () => Promise.resolve({ problem: null, restart });
  return {
    requests,
    isClosed: () => open === 0,
    name: "mon1",
    readAnew,
    peers: () => PEERS,
    clientOf,
  };
}

const ASKED = { requestId: "r1", by: "ann@desk" };

it("all are told, and each that did not read them is named with the reason", async () => {
  const refused = "no_such_key: not known";
  const told = where({
    mon2: { kind: "ok", message: "not in force before a restart: log" },
    mon3: { kind: "refused", message: refused },
  });
  expect(await readOwnEverywhere(told, ASKED)).toEqual([
    "own settings (keys, doors, hooks) read again: mon1, mon2",
    "mon2: not in force before a restart: log",
    `mon3: its own settings stay as they were: ${refused}`,
    "mon4: its own settings were not read again (refused); there: systemctl reload mmm-mon",
  ]);
  expect(told.requests.map(({ to, forwarded, by }) => ({ to, forwarded, by }))).toEqual([
    { to: "mon2", forwarded: true, by: "ann@desk" },
    { to: "mon3", forwarded: true, by: "ann@desk" },
  ]);
  expect(told.isClosed()).toBe(true);
});

it("one that is told says what came of it", async () => {
  const said = (problem: string | null, restart: readonly string[]) =>
    readOwn({ readAnew: () => Promise.resolve({ problem, restart }) });
  expect(await said(null, [])).toEqual({ kind: "ok", message: "" });
  expect(await said(null, ["log", "pid"])).toEqual({
    kind: "ok",
    message: "not in force before a restart: log, pid",
  });
  expect(await said("x is wrong", [])).toEqual({ kind: "refused", message: "x is wrong" });
});

it("one whose name has no address yet is named as well", async () => {
  const told = where({ mon3: { kind: "ok", message: "" }, mon4: { kind: "ok", message: "" } });
  const clientOf: typeof told.clientOf = (peer) => {
    if (peer.name === "mon2") throw new Error("its name has no address yet");
    return told.clientOf(peer);
  };
  expect(await readOwnEverywhere({ ...told, clientOf }, ASKED)).toEqual([
    "own settings (keys, doors, hooks) read again: mon1, mon3, mon4",
    "mon2: its own settings were not read again (its name has no address yet); there: systemctl reload mmm-mon",
  ]);
});
