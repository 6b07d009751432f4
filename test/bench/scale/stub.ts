/**
 * The databases of a benchmark: stub.ts GROUPS. Says "ready" when all listen; `kill N` on its standard
 * input kills the masters of the first N groups at once, and is answered with the time.
 */
import { createInterface } from "node:readline";
import { addressOf, NODES_OF_GROUP, PORT } from "./places.ts";
import { stubAt, type StubRedis } from "./stub-redis.ts";

const groups = Number(process.argv[2]);
const masters: StubRedis[] = [];
for (let group = 0; group < groups; group += 1) {
  const master = stubAt({ address: addressOf(group, 0), port: PORT }, null);
  masters.push(master);
  await master.listen();
  for (let node = 1; node < NODES_OF_GROUP; node += 1)
    await stubAt({ address: addressOf(group, node), port: PORT }, master).listen();
}
process.stdout.write("ready\n");
for await (const line of createInterface({ input: process.stdin })) {
  const count = Number(line.split(" ")[1]);
  const at = Date.now();
  for (const master of masters.slice(0, count)) master.kill();
  process.stdout.write(`killed ${at}\n`);
}
process.exit(0);
