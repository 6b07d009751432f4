/** Which doors are open after a monitor was told of others while it still opened the first. */
import { beforeEach, expect, it, vi } from "vitest";
import type { Local } from "../../../src/adapters/config/types.ts";
import { ReadOnlyDoors, type Told } from "../../../src/daemon/doors.ts";
import type { Doors } from "../../../src/front/protocol.ts";

const threads = vi.hoisted(() => new Set<{ doors: unknown }>());

vi.mock("../../../src/daemon/front.ts", () => ({
  Front: class {
    doors: Doors;
    readonly troubles = [];

    constructor(options: { readonly doors: Doors }) {
      this.doors = options.doors;
    }

    start(): void {
      threads.add(this);
    }

    use(doors: Doors): void {
      this.doors = doors;
    }

    stop(): void {
      threads.delete(this);
    }
  },
}));

beforeEach(() => threads.clear());

const at = (port: number): Local["doors"] => ({
  http: { host: "127.0.0.1", port, where: "http", secret: null, secretFile: null },
  sentinel: null,
});
const ports = () => [...threads].map(({ doors }) => (doors as Doors).http?.port);

it("none is, if the file says so by then", async () => {
  const doors = new ReadOnlyDoors(at(1));
  await Promise.all([doors.open({} as Told), doors.use({ http: null, sentinel: null })]);
  expect(ports()).toEqual([]);
});
