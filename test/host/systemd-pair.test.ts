/**
 * Both packages on one host under a systemd that is the first process: a monitor as its unit runs it logs in to an sshd with
 * PAM and logind, starts the guard through sudo, and serves. Only with MMM_LONG=1.
 */
import { expect, it } from "vitest";
import { eventually } from "../helpers/eventually.ts";
import { describeBooted } from "./describe-booted.ts";

const VIP = "10.9.9.70";

const SET_UP = `
dpkg -i --force-depends /packages/redis-mmm_*.deb /packages/redis-mmm-guard_*.deb
ip link add eth9 type veth peer name other9
ip addr add 10.9.9.1/24 dev eth9
ip link set eth9 up
ip link set other9 up
printf 'flush ruleset\\ntable inet filter {}\\n' >/etc/nftables.conf
systemctl start nftables ssh
install -d -o redis-mmm -g redis-mmm -m 700 /var/lib/redis-mmm/.ssh
ssh-keygen -q -t ed25519 -N '' -f /var/lib/redis-mmm/.ssh/id_ed25519
chown redis-mmm /var/lib/redis-mmm/.ssh/*
redis-mmm-setup-host --user mmm-guard --key /var/lib/redis-mmm/.ssh/id_ed25519.pub --vip ${VIP} --interface eth9 --guard-only
ssh-keyscan 10.9.9.1 >/etc/redis-mmm/known_hosts
systemd-run --quiet --unit=db1 redis-server --save '' --protected-mode no
cat >/etc/redis-mmm.conf <<'END'
tls = off
master_ip = ${VIP}
cluster_interface = eth9
[db1]
address = 10.9.9.1
ssh_user = mmm-guard
[monitor:one]
address = 10.9.9.1
END
systemctl enable --now mmm-mon
`;

/** What a boot finds on a host: its cable, and Redis. */
const OF_A_BOOT = `
cat >/etc/systemd/system/cable.service <<'END'
[Unit]
Before=network-pre.target
Wants=network-pre.target
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -euc "ip link add eth9 type veth peer name other9; ip addr add 10.9.9.1/24 dev eth9; \\
  ip link set eth9 up; ip link set other9 up"
[Install]
WantedBy=multi-user.target
END
cat >/etc/systemd/system/db1.service <<'END'
[Service]
ExecStart=/usr/bin/redis-server --save "" --protected-mode no
[Install]
WantedBy=multi-user.target
END
`;

describeBooted("monitor and guard under systemd", (system) => {
  const isServed = async () => {
    const leases = () => system.run("nft list set inet redis_mmm lease4").text;
    await eventually(leases, (set) => set.includes(VIP), {
      withinMs: 20_000,
      everyMs: 50,
      what: "a lease",
    });
    expect(system.must(`redis-cli -h ${VIP} ping`)).toBe("PONG");
  };

  it("serve, and go on serving after the firewall was reloaded", async () => {
    system.must(SET_UP);
    await isServed();
    system.must("systemctl reload nftables");
    await isServed();
  });

  it("serve after a boot that nobody attends", async () => {
    system.must(
      `systemctl stop db1; ${OF_A_BOOT} systemctl daemon-reload; systemctl enable cable db1 ssh nftables`,
    );
    await system.reboot();
    await isServed();
  });

  it("the guard's package stays while it serves, and then takes the monitors' sessions along", () => {
    const refused = system.run("dpkg -r redis-mmm-guard");
    expect(refused.text).toContain("this host serves a VIP just now");
    expect(refused.status).toBe(1);
    system.must(`redis-cli -h ${VIP} ping`);
    expect(system.must("pgrep -c -u mmm-guard")).not.toBe("0");
    // What would renew it stands still, and stays logged in.
    system.must("kill -STOP $(systemctl show --value -p MainPID mmm-mon)");
    system.must("while nft list set inet redis_mmm lease4 | grep -q elements; do :; done");
    system.must("dpkg -r redis-mmm-guard");
    expect(
      system.run(
        "getent passwd mmm-guard; nft list table inet redis_mmm; ls /etc/sudoers.d/redis-mmm",
      ).text,
    ).not.toMatch(/^mmm-guard|^table|sudoers.d.redis-mmm$/m);
    expect(system.must("ip -o -4 addr show dev eth9")).not.toContain(VIP);
  });
});
