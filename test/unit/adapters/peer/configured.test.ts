/** Whom a monitor talks to because its file says so, and whom for another reason. */
import { expect, it } from "vitest";
import { Peers } from "../../../../src/adapters/peer/peers.ts";

/** Its file names one. */
function peers(found: string[] = []): Peers {
  const self = () => ({ name: "mon1", clusterId: null, term: 0, fileDiffers: "" });
  return new Peers({
    name: "mon1",
    configured: [{ name: "mon2", host: "127.0.0.1", port: 1 }],
    self,
    now: () => 0,
    tls: () => null,
    onFound: (name: string) => void found.push(name),
    onGone: () => undefined,
  } as unknown as ConstructorParameters<typeof Peers>[0]);
}

const configured = (of: Peers) =>
  of.reports().flatMap((one) => (one.configured ? [`${one.name}=${one.address}`] : []));

it("one that somebody wanted to add stands in no file", () => {
  const all = peers();
  all.meet("mon9", "127.0.0.1:2");
  expect(all.reports().map(({ name }) => name)).toEqual(["mon2", "mon9"]);
  expect(configured(all)).toEqual(["mon2=127.0.0.1:1"]);
  all.close();
});

it("one that was agreed to be elsewhere still stands in the file", () => {
  const all = peers();
  all.agree({ name: "mon2", storageId: "s1", address: "127.0.0.1:1" });
  all.agree({ name: "mon2", storageId: "s1", address: "127.0.0.1:3" });
  expect(configured(all)).toEqual(["mon2=127.0.0.1:3"]);
  all.close();
});

it("whom the file names is no stranger before anybody is talked to, and nobody's address is taken from the state instead", () => {
  const found: string[] = [];
  const all = peers(found);
  expect(all.knows("mon2")).toBe(true);
  all.agree({ name: "mon2", storageId: "s1", address: "127.0.0.1:3" });
  expect(all.addressOf("mon2")).toBe("127.0.0.1:1");
  expect(found).toEqual([]);
  all.start();
  expect(found).toEqual(["mon2"]);
  all.close();
});
