import { describe, expect, it } from "vitest";
import { parseFlags, USAGE } from "../../../src/daemon/flags.ts";
import { refuseOpenListening } from "../../../src/daemon/startup.ts";

describe("the flags of mmm-mon", () => {
  it("are those of a monitor and its peers", () => {
    const flags = parseFlags(
      "--config f --name mon1 --listen 10.0.0.1:7400 --peer mon2=10.0.0.2:7400 --peer 10.0.0.3:7400 --data-dir d -v --log l --pid p --socket s --tls off".split(
        " ",
      ),
    );
    expect(flags).toEqual({
      kind: "run",
      config: "f",
      tlsOff: true,
      overrides: {
        name: "mon1",
        listen: "10.0.0.1:7400",
        peers: ["mon2=10.0.0.2:7400", "10.0.0.3:7400"],
        dataDir: "d",
        log: "l",
        pid: "p",
        socket: "s",
        verbose: true,
      },
    });
  });

  it("all stand in the help", () => {
    for (const flag of [
      "config",
      "name",
      "listen",
      "peer",
      "data-dir",
      "log",
      "pid",
      "socket",
      "tls",
      "verbose",
      "version",
      "help",
    ]) {
      expect(USAGE).toContain(`--${flag}`);
    }
  });

  it.each([
    [["--nonsense"], "Unknown option '--nonsense'"],
    [["mon"], "Unexpected argument 'mon'"],
    [["--name"], "argument missing"],
    [["--tls", "on"], "only --tls off is known"],
  ])("refuse %j as a mistake of usage", (args, why) => {
    expect(() => parseFlags(args)).toThrow(why);
    expect(() => parseFlags(args)).toThrow(expect.objectContaining({ exitCode: 2 }));
  });
});

describe("listening", () => {
  it.each(["127.0.0.1", "127.8.9.1", "::1", "localhost"])(
    "on %s needs no word about TLS",
    (host) => {
      expect(() => refuseOpenListening({ listen: { host, port: 7400 } }, "unset")).not.toThrow();
    },
  );

  it.each(["10.0.0.1", "0.0.0.0", "::", "mon1.example.org", "1270.0.0.1"])(
    "on %s is refused until somebody says tls = off",
    (host) => {
      const listen = { listen: { host, port: 7400 } };
      expect(() => refuseOpenListening(listen, "unset")).toThrow(
        expect.objectContaining({ exitCode: 3 }),
      );
      expect(() => refuseOpenListening(listen, "off")).not.toThrow();
    },
  );
});
